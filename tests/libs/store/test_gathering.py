"""Rows that several events contribute to."""

from __future__ import annotations

import asyncio

import pytest
from pymongo.errors import BulkWriteError

from libs.store.gathering import Contribution, gather
from libs.store.ids import new_id
from libs.store.store import Document, Store

ROWS = "gathered"


async def row(store: Store, key: str) -> Document:
    found = await store.collection(ROWS).find_one({"_id": key})
    assert found is not None
    return {**found, "about": sorted(found["about"])}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 1, 2, 1, 0), (2, 2, 0, 1, 1)])
async def test_given_any_order_and_any_repetition_then_the_row_holds_all(store: Store, order: tuple[int, ...]) -> None:
    key = new_id()
    parts = [
        Contribution({"title": "Won"}, {"leads/a"}),
        Contribution(members={"accounts/b"}),
        Contribution(members={"leads/a", "contacts/c"}),
    ]

    for number in order:
        await gather(store.collection(ROWS), {key: parts[number], new_id(): parts[0]}, into="about")

    assert await row(store, key) == {"_id": key, "title": "Won", "about": ["accounts/b", "contacts/c", "leads/a"]}


async def test_given_contributions_from_many_copies_at_once_then_none_is_lost(store: Store) -> None:
    key = new_id()
    members = [f"leads/{number}" for number in range(10)]
    parts = [Contribution({"title": "Won"}, {member}) for member in members]

    await asyncio.gather(*(gather(store.collection(ROWS), {key: part}, into="about") for part in parts))

    assert (await row(store, key))["about"] == members


async def test_a_failure_that_is_no_rival_is_raised(store: Store) -> None:
    key = new_id()
    await store.collection(ROWS).insert_one({"_id": key, "about": "no list"})

    with pytest.raises(BulkWriteError):
        await gather(store.collection(ROWS), {key: Contribution(members={"leads/a"})}, into="about")
