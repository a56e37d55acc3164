"""Members that were merged stay on their lists as the survivor, and come apart again."""

import random
from dataclasses import replace
from typing import Any

import pytest

from libs.contracts.restored import RestoredService
from libs.store.aliases import forget_aliases
from libs.store.clock import utc_now
from libs.store.copies import seed_copies
from libs.store.moving import settle
from libs.web.executing import STORE
from services.marketing.app import MARKETING
from tests.services.journal.restores.telling import set_back
from tests.support.merges import hear, merge_event
from tests.support.services import Running


@pytest.fixture
async def lists(marketing: Running) -> list[dict[str, Any]]:
    """Lists with one contact, with another, and with both."""
    await seed_copies(marketing.app[STORE], "contacts", [{"id": id_, "full_name": id_} for id_ in ("a", "b", "c")])
    found = []
    for chosen in (["a"], ["b"], ["a", "b"]):
        _, made = await marketing.post("/api/v1/marketing_lists", {"name": "Young", "member_kind": "contact"})
        await marketing.post(f"/api/v1/marketing_lists/{made['id']}/add_members", {"member_ids": chosen})
        found.append(made)
    return found


async def members(marketing: Running, lists: list[dict[str, Any]]) -> list[list[str]]:
    pages = [(await marketing.get(f"/api/v1/marketing_lists/{each['id']}/members"))[1] for each in lists]
    assert [page["@odata.count"] for page in pages] == [len(page["value"]) for page in pages]
    return [[member["id"] for member in page["value"]] for page in pages]


MERGED = merge_event("contacts/b", {"a": "b"})
UNMERGED = merge_event("contacts/b", {"a": None}, version=2, verb="unmerged")


async def test_a_survivor_is_on_every_list_once_and_leaves_those_it_came_to(
    marketing: Running, lists: list[dict[str, Any]]
) -> None:
    store = marketing.app[STORE]

    await hear(MARKETING, store, MERGED, MERGED)
    assert await members(marketing, lists) == [["b"], ["b"], ["b"]]

    await hear(MARKETING, store, UNMERGED, MERGED)
    assert await members(marketing, lists) == [["a"], ["b"], ["a", "b"]]


@pytest.mark.parametrize("seed", range(5))
async def test_a_chain_in_any_order_ends_at_its_end(marketing: Running, lists: list[dict[str, Any]], seed: int) -> None:
    chain = [MERGED, merge_event("contacts/c", {"b": "c"}), merge_event("contacts/c", {"a": "c"}, version=3)]
    again = chain * 3
    random.Random(seed).shuffle(again)

    await hear(MARKETING, marketing.app[STORE], *again)

    assert await members(marketing, lists) == [["c"], ["c"], ["c"]]


@pytest.mark.parametrize("again", [True, False])
async def test_of_a_service_that_was_set_back_the_merges_that_it_tells_again_stay(
    marketing: Running, lists: list[dict[str, Any]], *, again: bool
) -> None:
    store, now = marketing.app[STORE], utc_now()
    await hear(MARKETING, store, MERGED)
    told = replace(merge_event("contacts/b", {"a": "b"}, verb="restated"), epoch=2)
    before = RestoredService.of(set_back("sales", ["contacts"], taken_at=now, restored_at=now))

    await forget_aliases(store, before)
    await hear(MARKETING, store, *([told] if again else []))
    await settle(store, MARKETING.movers)

    assert await members(marketing, lists) == ([["b"], ["b"], ["b"]] if again else [["a"], ["b"], ["a", "b"]])


async def test_who_was_taken_off_since_stays_off(marketing: Running, lists: list[dict[str, Any]]) -> None:
    await hear(MARKETING, marketing.app[STORE], MERGED)

    await marketing.post(f"/api/v1/marketing_lists/{lists[0]['id']}/remove_members", {"member_ids": ["a"]})
    await hear(MARKETING, marketing.app[STORE], MERGED, UNMERGED)

    assert await members(marketing, lists) == [[], ["b"], ["a", "b"]]


async def test_the_old_id_joins_as_the_survivor(marketing: Running, lists: list[dict[str, Any]]) -> None:
    await hear(MARKETING, marketing.app[STORE], merge_event("contacts/c", {"a": "c"}))

    await marketing.post(f"/api/v1/marketing_lists/{lists[1]['id']}/add_members", {"member_ids": ["a"]})

    assert (await members(marketing, lists))[1] == ["b", "c"]


async def test_a_list_whose_members_change_has_a_new_version(marketing: Running, lists: list[dict[str, Any]]) -> None:
    await hear(MARKETING, marketing.app[STORE], merge_event("contacts/c", {"a": "c"}))

    _, told = await marketing.get(f"/api/v1/marketing_lists/{lists[0]['id']}")
    assert told["version"] == 3
