"""What a service has parked."""

from __future__ import annotations

from libs.bus.parking import QUERY_FIELDS, Parked, Parking
from libs.store.clock import utc_now
from libs.store.query.options import ListQuery, parse_list_query


def query_of(**options: str) -> ListQuery:
    return parse_list_query(options.items(), QUERY_FIELDS, now=utc_now())


async def all_parked(parking: Parking) -> list[Parked]:
    """Oldest event first."""
    page, _ = await parking.page(query_of())
    return [await parking.get(each.id) for each in page]
