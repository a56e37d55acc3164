"""Reading a tree of accounts: upwards one by one, downwards level by level."""

from collections.abc import Mapping
from typing import Any, Final

from libs.domain.grants import Grants, Operation, hidden_fields, row_filter, trimmed
from libs.domain.refusals import MovedOn, NotFound
from libs.store.documents import public
from libs.store.errors import answering
from libs.store.reach import query_of
from libs.store.reading import read_one
from libs.store.store import Store
from services.sales.accounts.model import MOST_LEVELS, Account
from services.sales.hierarchy.model import Hierarchy, tree

MOST_ACCOUNTS: Final = 1000
"""Accounts of one tree that are shown."""

_SHOWN: Final = dict.fromkeys(("name", "state", "relationship", "parent_account_id"), 1)

Row = Mapping[str, Any]


async def read_hierarchy(store: Store, account_id: str, grants: Grants) -> Hierarchy:
    """The tree in which the account stands. What cannot be seen is left out, with all beneath it.

    Raises `NotFound`, and `MovedOn` for an account that was merged into another.
    """
    top = await _topmost(store, await read_one(store, Account, account_id, grants), grants)
    rows = await _beneath(store, top["id"], grants)
    shown = rows[: MOST_ACCOUNTS - 1]
    return Hierarchy(
        account_id=account_id, count=1 + len(shown), complete=len(rows) == len(shown), top=tree(top, shown)
    )


async def _topmost(store: Store, account: Row, grants: Grants) -> Row:
    top = account
    for _ in range(MOST_LEVELS):
        if (above := top.get("parent_account_id")) is None:
            break
        try:
            top = await _survivor(store, above, grants)
        except NotFound:
            break
    return top


async def _survivor(store: Store, account_id: str, grants: Grants) -> Row:
    """The account, or the one that it was merged into; raises `NotFound`."""
    try:
        return await read_one(store, Account, account_id, grants)
    except MovedOn as moved:
        return await read_one(store, Account, moved.survivor_id, grants)


async def _beneath(store: Store, top_id: str, grants: Grants) -> list[Row]:
    """The accounts below, and one more than are shown where there are more."""
    rows: list[Row] = []
    if "parent_account_id" in hidden_fields(grants, Account.collection):
        return rows
    level = [top_id]
    reached = query_of(row_filter(grants, Account.collection, Operation.READ))
    for _ in range(MOST_LEVELS):
        wanted = {"$and": [{"parent_account_id": {"$in": level}, "_deleted": None}, reached]}
        async with answering():
            cursor = store.collection(Account.collection).find(wanted, _SHOWN)
            found = await cursor.limit(MOST_ACCOUNTS - len(rows)).to_list(None)
        rows += [trimmed(public(Account, document), grants, Account.collection) for document in found]
        level = [document["_id"] for document in found]
        if not level or len(rows) >= MOST_ACCOUNTS:
            break
    return rows
