"""Where the groups of duplicates lie that jobs have found."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from libs.domain.clusters import Cluster
from libs.domain.record import Index
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.store import Document, Store

GROUPS: Final = "duplicate_groups"
INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {GROUPS: (Index(("at",), expires_after=timedelta(days=30)),)}
"""To be built when the store is opened. They last as long as jobs; their ids begin with that of theirs."""

MOST_IN_GROUP: Final = 100
_AT_ONCE: Final = 1000


@answering()
async def forget(store: Store, job_id: str) -> None:
    await store.collection(GROUPS).delete_many(_of(job_id, 0))


@answering()
async def keep(store: Store, job_id: str, clusters: Sequence[Cluster]) -> None:
    at = utc_now()
    for start in range(0, len(clusters), _AT_ONCE):
        rows = enumerate(clusters[start : start + _AT_ONCE], start + 1)
        documents = [
            {
                "_id": f"{job_id}#{number:08}",
                "at": at,
                "number": number,
                "ids": cluster.ids[:MOST_IN_GROUP],
                "size": len(cluster.ids),
                "rules": cluster.rules,
                "score": cluster.score,
            }
            for number, cluster in rows
        ]
        await store.collection(GROUPS).insert_many(documents)


@answering()
async def page(store: Store, job_id: str, *, after: int, limit: int) -> list[Document]:
    return await store.collection(GROUPS).find(_of(job_id, after + 1)).sort("_id", 1).limit(limit).to_list(limit)


@answering()
async def visible(store: Store, collection: str, ids: Sequence[str], rows: Mapping[str, Any]) -> frozenset[str]:
    """Which of the records are there, and among the rows."""
    wanted = {"$and": [{"_id": {"$in": list(ids)}, "_deleted": None}, dict(rows)]}
    found = await store.collection(collection).find(wanted, {"_id": 1}).to_list(None)
    return frozenset(document["_id"] for document in found)


def _of(job_id: str, first: int) -> Document:
    """Matches the ids of a job's groups: `<job>#00000012`."""
    return {"_id": {"$gte": f"{job_id}#{first:08}", "$lt": f"{job_id}$"}}
