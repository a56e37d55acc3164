"""Records as events that tell them once more, for those who do not have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libs.contracts.envelope import RESTATED
from libs.domain.kinds import kind_of
from libs.domain.record import Record
from libs.store.changes import Change
from libs.store.context import Context
from libs.store.documents import WITHOUT_PRIVATE
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Restatement:
    """A record is told once more; `recovered` after a restore, and then also if it is `removed`."""

    type: str
    recovered: bool
    removed: bool

    def payload(self) -> Mapping[str, Any]:
        told = {"recovered": self.recovered, "removed": self.removed}
        return {name: True for name, is_so in told.items() if is_so}


async def restated(
    store: Store,
    record_type: type[Record],
    context: Context,
    *,
    after: str | None,
    limit: int,
    recovered: bool = False,
) -> list[Pending]:
    """Events of up to `limit` records behind the id `after`, at their present versions; removed ones only after a
    restore.

    Nothing is written: the events wait in no outbox.
    """
    query: Document = {} if recovered else {"_deleted": None}
    if after is not None:
        query["_id"] = {"$gt": after}
    async with answering():
        found = store.collection(record_type.collection).find(query, WITHOUT_PRIVATE).sort("_id", 1)
        documents = await found.to_list(limit)
    work = UnitOfWork(store, context)
    changes = (_restatement(record_type, document, recovered=recovered) for document in documents)
    return [event for change in changes for event in work.events(change)]


def _restatement(record_type: type[Record], document: Document, *, recovered: bool) -> Change:
    type_ = f"{kind_of(record_type, document).aggregate}.{RESTATED}"
    happening = Restatement(type_, recovered=recovered, removed="_deleted" in document)
    return Change(record_type, before=None, after=document, happenings=[happening])
