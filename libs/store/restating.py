"""Records as events that tell them once more, for those who do not have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.contracts.envelope import RESTATED
from libs.contracts.values import Alias
from libs.domain.kinds import kind_of
from libs.domain.record import Record
from libs.store.aliases import aliases_of
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
    """A record is told once more; `recovered` after a restore, and then also if it is `removed`.

    `aliases` are of the records that were merged into it.
    """

    type: str
    recovered: bool
    removed: bool
    aliases: Sequence[Alias] = ()

    def payload(self) -> Mapping[str, Any]:
        aliases = [alias.model_dump(mode="json") for alias in self.aliases]
        told = {"recovered": self.recovered, "removed": self.removed, "aliases": aliases}
        return {name: value for name, value in told.items() if value}


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
        documents = await found.limit(limit).to_list(limit)
    subjects = [f"{record_type.collection}/{document['_id']}" for document in documents]
    aliases = await aliases_of(store, subjects)
    work = UnitOfWork(store, context)
    changes = (
        _restatement(record_type, document, aliases.get(subject, ()), recovered=recovered)
        for subject, document in zip(subjects, documents, strict=True)
    )
    return [event for change in changes for event in work.events(change)]


def _restatement(record_type: type[Record], document: Document, aliases: Sequence[Alias], *, recovered: bool) -> Change:
    type_ = f"{kind_of(record_type, document).aggregate}.{RESTATED}"
    happening = Restatement(type_, recovered=recovered, removed="_deleted" in document, aliases=aliases)
    return Change(record_type, before=None, after=document, happenings=[happening])
