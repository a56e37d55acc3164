"""What came back of each campaign: one row per response, never a counter."""

from collections.abc import Sequence
from typing import Any, Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.grants import Grants, Operation, row_filter
from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.projecting import forget_older, newest, newness, upsert_newest
from libs.store.reach import access_of, query_of
from libs.store.store import Document, Store

COLLECTION: Final = "responses"
INDEXES: Final = (Index(("campaign_id", "response", "channel")),)
USED: Final = ("campaign_id", "response", "channel")
"""What of responses the counts tell."""


def row_of(envelope: Envelope) -> Document:
    record = envelope.record
    return {
        "campaign_id": None if envelope.removes else record.get("campaign_id"),
        "response": record.get("response"),
        "channel": record.get("channel"),
        **access_of(record),
    }


async def keep_rows(store: Store, envelopes: Sequence[Envelope]) -> None:
    """A response that was removed keeps its row, as one of no campaign."""
    rows = {subject: (newness(event), row_of(event)) for subject, event in newest(envelopes).items()}
    await upsert_newest(store.collection(COLLECTION), rows)


async def forget_rows(store: Store, restored: RestoredService) -> None:
    """Of a service that was set back, what it does not have any more."""
    await forget_older(store.collection(COLLECTION), restored, {"campaign_id": None})


async def counts(store: Store, campaign_id: str, grants: Grants) -> dict[str, Any]:
    """How many responses of a campaign the caller may see: in all, by response and by channel."""
    group = {"$group": {"_id": {"response": "$response", "channel": "$channel"}, "count": {"$sum": 1}}}
    wanted = {"campaign_id": campaign_id, **query_of(row_filter(grants, "activities", Operation.READ))}
    async with answering():
        cursor = store.collection(COLLECTION).aggregate([{"$match": wanted}, group])
        groups = await cursor.to_list(None)
    return {
        "campaign_id": campaign_id,
        "total": sum(each["count"] for each in groups),
        "by_response": _sums(groups, "response"),
        "by_channel": _sums(groups, "channel"),
    }


def _sums(groups: Sequence[Document], part: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for group in groups:
        name = group["_id"].get(part) or "unknown"
        sums[name] = sums.get(name, 0) + group["count"]
    return dict(sorted(sums.items()))
