"""Who is on which list: a document for each membership, so that a list may be of any length."""

from collections.abc import Sequence
from typing import Final

from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork

COLLECTION: Final = "list_members"
INDEXES: Final = (Index(("list_id", "member_id")), Index(("member_id",)))


def membership(list_id: str, member_id: str) -> str:
    return f"{list_id}/{member_id}"


async def present(store: Store, list_id: str, member_ids: Sequence[str]) -> set[str]:
    """Those of `member_ids` who are on the list."""
    keys = [membership(list_id, member_id) for member_id in member_ids]
    found = await store.collection(COLLECTION).find({"_id": {"$in": keys}}, {"member_id": 1}).to_list(len(keys))
    return {document["member_id"] for document in found}


async def any_member(store: Store, list_id: str) -> bool:
    return await store.collection(COLLECTION).find_one({"list_id": list_id}, {"_id": 1}) is not None


def enter(work: UnitOfWork, list_id: str, member_ids: Sequence[str]) -> None:
    for member_id in member_ids:
        document: Document = {
            "_id": membership(list_id, member_id),
            "list_id": list_id,
            "member_id": member_id,
            "added_at": work.now,
            "added_by": work.context.actor_id,
        }
        work.put(COLLECTION, document)


def leave(work: UnitOfWork, list_id: str, member_ids: Sequence[str]) -> None:
    for member_id in member_ids:
        work.drop(COLLECTION, membership(list_id, member_id))


async def page(store: Store, list_id: str, *, after: str, top: int) -> list[Document]:
    """Members in the order of their ids, from behind `after`; one more than `top` if there are more."""
    query = {"list_id": list_id, "member_id": {"$gt": after}}
    async with answering():
        cursor = store.collection(COLLECTION).find(query).sort("member_id", 1).limit(top + 1)
        return await cursor.to_list(top + 1)


async def count(store: Store, list_id: str) -> int:
    async with answering():
        return await store.collection(COLLECTION).count_documents({"list_id": list_id})
