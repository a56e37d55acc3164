"""What a service has parked."""

from __future__ import annotations

from libs.bus.parking import QUERY_FIELDS, Parked, Parking
from libs.store.clock import utc_now
from libs.store.query.options import ListQuery, parse_list_query
from tests.libs.bus.conditions import eventually


def query_of(**options: str) -> ListQuery:
    return parse_list_query(options.items(), QUERY_FIELDS, now=utc_now())


async def one_parked(parking: Parking) -> Parked:
    """The message, once it is parked as the only one."""
    await eventually(lambda: _is_one(parking))
    (parked,) = await all_parked(parking)
    return parked


async def _is_one(parking: Parking) -> bool:
    return len(await all_parked(parking)) == 1


async def all_parked(parking: Parking) -> list[Parked]:
    """Oldest event first."""
    page, _ = await parking.page(query_of())
    return [await parking.get(each.id) for each in page]
