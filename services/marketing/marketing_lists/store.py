"""Who is on which list: a document for each membership, so that a list may be of any length.

Where members were merged, `origins` are those whose membership it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork

COLLECTION: Final = "list_members"
INDEXES: Final = (Index(("list_id", "member_id")), Index(("member_id",)), Index(("origins",), sparse=True))


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


async def lists_with(store: Store, member_ids: Sequence[str]) -> list[str]:
    """The lists that these are on, or whose memberships were theirs before a merge."""
    query = {"$or": [{"member_id": {"$in": list(member_ids)}}, {"origins": {"$in": list(member_ids)}}]}
    async with answering():
        found = await store.collection(COLLECTION).find(query, {"list_id": 1}).to_list(None)
    return list(dict.fromkeys(row["list_id"] for row in found))


async def memberships(store: Store, list_id: str, member_ids: Sequence[str]) -> list[Document]:
    """The rows of a list that stand for these members, now or before a merge."""
    keys = [membership(list_id, member_id) for member_id in member_ids]
    query = {"$or": [{"_id": {"$in": keys}}, {"origins": {"$in": list(member_ids)}, "list_id": list_id}]}
    return await store.collection(COLLECTION).find(query).to_list(None)


def origins_of(row: Document) -> list[str]:
    return row.get("origins") or [row["member_id"]]


def regroup(work: UnitOfWork, rows: Sequence[Document], leads: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Makes memberships those of whom they lead to; who leaves the list by that, and who joins it."""
    groups: dict[str, Document] = {}
    for row in sorted(rows, key=lambda row: row["added_at"]):
        for origin in origins_of(row):
            target = leads.get(origin, origin)
            key = membership(row["list_id"], target)
            group = groups.setdefault(key, {**row, "_id": key, "member_id": target, "origins": []})
            group["origins"] = sorted({*group["origins"], origin})
    before = {row["_id"]: row for row in rows}
    for key in before.keys() - groups.keys():
        work.drop(COLLECTION, key)
    for key, group in groups.items():
        if group["origins"] != origins_of(before.get(key, {"member_id": None})):
            work.overwrite(COLLECTION, group)
    gone, new = before.keys() - groups.keys(), groups.keys() - before.keys()
    return sorted(before[key]["member_id"] for key in gone), sorted(groups[key]["member_id"] for key in new)


async def page(store: Store, list_id: str, *, after: str, top: int) -> list[Document]:
    """Members in the order of their ids, from behind `after`; one more than `top` if there are more."""
    query = {"list_id": list_id, "member_id": {"$gt": after}}
    async with answering():
        cursor = store.collection(COLLECTION).find(query).sort("member_id", 1).limit(top + 1)
        return await cursor.to_list(top + 1)


async def count(store: Store, list_id: str) -> int:
    async with answering():
        return await store.collection(COLLECTION).count_documents({"list_id": list_id})
