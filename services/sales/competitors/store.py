"""How often each competitor got a sale, and how often we did: counted from the opportunities, never kept apart."""

from decimal import Decimal
from typing import Any, Final

from libs.contracts.sales import OpportunityState
from libs.domain.grants import Grants, Operation, row_filter
from libs.store.errors import answering
from libs.store.mongo import with_decimals
from libs.store.reach import query_of
from libs.store.store import Document, Store
from services.sales.opportunities.model import Opportunity

USED: Final = ("competitor_ids", "competitor_id", "state", "currency", "actual_value", "estimated_value")

_OUTCOMES: Final = ("won", "lost", "lost_otherwise", "open")


async def win_loss(store: Store, competitor_id: str, grants: Grants) -> dict[str, Any]:
    """The sales that the competitor wants or got, as far as the caller may see them: how many we `won`, it won
    (`lost`), or neither of us did (`lost_otherwise`), how many are `open`; and their value by currency.
    """
    rows = query_of(row_filter(grants, Opportunity.collection, Operation.READ))
    of_it = {"$or": [{"competitor_ids": competitor_id}, {"competitor_id": competitor_id}]}
    wanted: Document = {"$and": [of_it, {"_deleted": None}, rows]}
    beaten = {"$eq": ["$competitor_id", competitor_id]}
    otherwise = {"$and": [{"$eq": ["$state", OpportunityState.LOST]}, {"$not": beaten}]}
    group: Document = {
        "_id": {"outcome": {"$cond": [otherwise, "lost_otherwise", "$state"]}, "currency": "$currency"},
        "count": {"$sum": 1},
        "value": {"$sum": {"$ifNull": ["$actual_value", "$estimated_value"]}},
    }
    async with answering():
        cursor = store.collection(Opportunity.collection).aggregate([{"$match": wanted}, {"$group": group}])
        groups = with_decimals(await cursor.to_list(None))
    return {"competitor_id": competitor_id, **_figures(groups)}


def _figures(groups: list[Document]) -> dict[str, Any]:
    figures: dict[str, Any] = {outcome: {"count": 0, "value": []} for outcome in _OUTCOMES}
    for group in sorted(groups, key=lambda each: each["_id"]["currency"]):
        figure = figures[group["_id"]["outcome"]]
        figure["count"] += group["count"]
        figure["value"].append({"currency": group["_id"]["currency"], "amount": Decimal(group["value"])})
    return figures
