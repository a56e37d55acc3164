"""What a pipeline holds, summed up by the database from what the caller may see.

What is open is summed up from an index that has all of it, what was won is found by when: neither looks at what ended
long ago.
"""

import asyncio
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from libs.contracts.sales import OpportunityState
from libs.domain.grants import Grants, Operation, row_filter
from libs.store.errors import answering
from libs.store.mongo import Document, with_decimals
from libs.store.reach import query_of
from libs.store.store import Store
from services.sales.forecasts.model import Cell
from services.sales.opportunities.model import Opportunity

USED: Final = ("estimated_value", "actual_value", "probability", "close_date", "forecast_category")

_KEPT: Final = {"$not": {"$gte": datetime(1970, 1, 1, tzinfo=UTC)}}
"""Says the same as null, which an index cannot tell from other values without a look at the record."""

_MONTH_TO_CLOSE: Final = {"$substrBytes": [{"$ifNull": ["$close_date", ""]}, 0, 7]}
_MONTH_CLOSED: Final = {"$dateToString": {"date": "$closed_at", "format": "%Y-%m"}}


async def cells(store: Store, pipeline_id: str, grants: Grants, *, won_since: date) -> list[Cell]:
    """All that is open, and what was won since a day."""
    rows = query_of(row_filter(grants, Opportunity.collection, Operation.READ))
    theirs: Document = {"pipeline_id": pipeline_id, "_deleted": _KEPT}
    since = datetime.combine(won_since, time(), UTC)
    underway: Document = {"$and": [{**theirs, "state": OpportunityState.OPEN}, rows]}
    won: Document = {"$and": [{**theirs, "state": OpportunityState.WON, "closed_at": {"$gte": since}}, rows]}
    found = await asyncio.gather(
        _grouped(store, underway, value="$estimated_value", month=_MONTH_TO_CLOSE),
        _grouped(store, won, value="$actual_value", month=_MONTH_CLOSED),
    )
    return [cell for part in found for cell in part]


async def _grouped(store: Store, wanted: Document, *, value: str, month: Document) -> list[Cell]:
    parts = {"stage": "$stage", "category": "$forecast_category", "month": month, "currency": "$currency"}
    group = {
        "_id": parts,
        "count": {"$sum": 1},
        "value": {"$sum": value},
        "chances": {"$sum": {"$multiply": [value, "$probability"]}},
    }
    async with answering():
        cursor = store.collection(Opportunity.collection).aggregate([{"$match": wanted}, {"$group": group}])
        return [_cell(each) for each in with_decimals(await cursor.to_list(None))]


def _cell(group: Document) -> Cell:
    parts = group["_id"]
    return Cell(
        stage=parts["stage"],
        category=parts["category"],
        month=parts["month"] or None,
        currency=parts["currency"],
        count=group["count"],
        value=Decimal(group["value"]),
        chances=Decimal(group["chances"]),
    )
