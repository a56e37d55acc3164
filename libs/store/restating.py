"""Records as events that tell them once more, for those who do not have them."""

from libs.contracts.envelope import RESTATED
from libs.domain.kinds import kind_of
from libs.domain.record import Record
from libs.store.changes import Announcement, Change
from libs.store.context import Context
from libs.store.documents import WITHOUT_PRIVATE
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork


async def restated(
    store: Store, record_type: type[Record], context: Context, *, after: str | None, limit: int
) -> list[Pending]:
    """Events of up to `limit` records behind the id `after`, at their present versions; removed ones are left out.

    Nothing is written: the events wait in no outbox.
    """
    query: Document = {"_deleted": None} if after is None else {"_deleted": None, "_id": {"$gt": after}}
    async with answering():
        found = store.collection(record_type.collection).find(query, WITHOUT_PRIVATE).sort("_id", 1)
        documents = await found.to_list(limit)
    work = UnitOfWork(store, context)
    return [event for document in documents for event in work.events(_restatement(record_type, document))]


def _restatement(record_type: type[Record], document: Document) -> Change:
    happening = Announcement(f"{kind_of(record_type, document).aggregate}.{RESTATED}")
    return Change(record_type, before=None, after=document, happenings=[happening])
