"""The tree of accounts that an account belongs to, as far as somebody may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel


class AccountNode(BaseModel):
    """An account and those that belong to it, by name."""

    id: str
    name: str | None
    state: str | None
    relationship: str | None
    children: tuple["AccountNode", ...] = ()


class Hierarchy(BaseModel):
    """The whole tree from the topmost account that can be seen. It is not `complete` where it has too many accounts."""

    account_id: str
    count: int
    complete: bool
    top: AccountNode


def tree(top: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> AccountNode:
    """`rows` are those beneath the top, as records have them."""
    beneath: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        beneath.setdefault(row["parent_account_id"], []).append(row)
    return _node(top, beneath)


def _node(row: Mapping[str, Any], beneath: Mapping[str, Sequence[Mapping[str, Any]]]) -> AccountNode:
    children = sorted(beneath.get(row["id"], ()), key=lambda child: (str(child.get("name")).casefold(), child["id"]))
    return AccountNode(
        id=row["id"],
        name=row.get("name"),
        state=row.get("state"),
        relationship=row.get("relationship"),
        children=tuple(_node(child, beneath) for child in children),
    )
