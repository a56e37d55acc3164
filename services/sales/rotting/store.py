"""When opportunities rot: kept beside what people say of them, so that an index answers which do.

Nothing here makes an event or another version: what is written follows from activities and from the pipeline. All of
it is worked out in the update itself, from the document as it is then.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from libs.contracts.sales import OpportunityState
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.store import Store
from services.sales.opportunities.model import Opportunity, Standing
from services.sales.pipelines.model import Pipeline

_WATCHED: Final = {
    "$and": [
        {"$eq": ["$state", OpportunityState.OPEN]},
        {"$eq": ["$status_reason", Standing.IN_PROGRESS]},
        {"$gt": ["$rots_after_days", 0]},
    ]
}
_LAST_SEEN: Final = {"$ifNull": ["$last_activity_at", "$created_at"]}
_DUE: Final = {"$dateAdd": {"startDate": _LAST_SEEN, "unit": "day", "amount": "$rots_after_days"}}
_SETTLED: Final[Document] = {"$set": {"rots_at": {"$cond": [_WATCHED, _DUE, "$$REMOVE"]}}}


async def note_activities(store: Store, latest: Mapping[str, datetime]) -> None:
    """The last time that something happened, by the id of the opportunity; what came earlier changes nothing."""
    opportunities = store.collection(Opportunity.collection)

    async def note(id_: str, at: datetime) -> None:
        later: Document = {"$set": {"last_activity_at": {"$max": ["$last_activity_at", at]}}}
        await opportunities.update_one({"_id": id_}, [later, _SETTLED])

    async with answering():
        await asyncio.gather(*(note(id_, at) for id_, at in latest.items()))


async def follow_pipelines(store: Store, pipeline_ids: Iterable[str]) -> None:
    """What is in the stages of these pipelines rots as they now say."""
    opportunities = store.collection(Opportunity.collection)
    async with answering():
        found = store.collection(Pipeline.collection).find({"_id": {"$in": sorted(pipeline_ids)}}, {"stages": 1})
        for pipeline in await found.to_list(None):
            for stage in pipeline["stages"]:
                days = stage.get("rots_after_days")
                there = {"pipeline_id": pipeline["_id"], "state": OpportunityState.OPEN, "stage": stage["name"]}
                changed: Document = {"$set": {"rots_after_days": "$$REMOVE" if days is None else days}}
                await opportunities.update_many({**there, "rots_after_days": {"$ne": days}}, [changed, _SETTLED])
