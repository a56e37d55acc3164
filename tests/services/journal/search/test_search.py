"""The search as its callers meet it, fed by events."""

from typing import Any

import pytest

from services.journal.search import following
from tests.services.journal.conftest import Announce
from tests.services.journal.search.making import Search, contact, found
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually


async def test_what_happens_anywhere_is_found_by_collection(search: Search, announce: Announce, word: str) -> None:
    await announce(
        contact(f"Ana {word}", id_=f"{word}-1", email="ana@example.org", phone="+351 911 200 300"),
        envelope("sales.account.created", "accounts", {"id": f"{word}-2", "name": f"{word} Lda"}),
        envelope("service.case.created", "cases", {"id": f"{word}-3", "title": "Fire", "description": f"at {word}s"}),
        envelope("sales.lead.created", "leads", {"id": f"{word}-4", "topic": "Something else"}),
    )

    answer = await found(search, word, 3)

    assert {hit["collection"]: hit["id"] for hit in answer["value"]} == {
        "contacts": f"{word}-1",
        "accounts": f"{word}-2",
        "cases": f"{word}-3",
    }
    assert {group["collection"]: group["count"] for group in answer["groups"]} == {
        "contacts": 1,
        "accounts": 1,
        "cases": 1,
    }
    contacts = (await search(word, collections="contacts"))["value"]
    assert [(hit["title"], hit["subtitle"], hit["score"]) for hit in contacts] == [
        (f"Ana {word}", "ana@example.org · +351 911 200 300", 1.0)
    ]
    assert contacts[0]["highlights"] == {
        "full_name": [{"text": "Ana ", "matched": False}, {"text": word, "matched": True}]
    }


async def test_changes_removal_and_return_are_followed_in_whatever_order(
    search: Search, announce: Announce, word: str
) -> None:
    old, new = f"{word} old", f"{word} new"
    await announce(contact(new, id_=word, sequence=2), contact(old, id_=word, sequence=1, verb="created"))
    assert (await found(search, word, 1))["value"][0]["title"] == new

    await announce(contact(new, id_=word, sequence=4, verb="deleted"), contact(new, id_=word, sequence=3))
    await found(search, word, 0)

    await announce(contact(old, id_=word, sequence=5, verb="restored"))
    assert (await found(search, word, 1))["value"][0]["title"] == old


async def test_the_best_are_shown_and_all_are_counted(search: Search, announce: Announce, word: str) -> None:
    await announce(*(contact(f"{word} {number}", id_=f"{word}-{number}") for number in range(30)))

    answer = await found(search, word, 30, **{"$top": 7})

    assert len(answer["value"]) == 7
    assert answer["groups"] == [{"collection": "contacts", "count": 30}]


async def test_nobody_finds_what_their_roles_do_not_let_them_read(
    events: Running, search: Search, announce: Announce, word: str
) -> None:
    role = {"id": f"role-{word}", "permissions": {"search": {"read": "all"}, "contacts": {"read": "all"}}}
    await events.know("roles", role)
    await announce(
        contact(word, id_=word),
        envelope("identity.user.created", "users", {"id": word, "name": word, "username": word}),
    )
    await found(search, word, 2)

    answer = await search(word, roles=(role["id"],))

    assert [hit["collection"] for hit in answer["value"]] == ["contacts"]
    assert answer["groups"] == [{"collection": "contacts", "count": 1}]
    assert (await search(word, roles=(role["id"],), collections="users"))["@odata.count"] == 0


async def test_neither_others_records_nor_hidden_fields_are_found_counted_or_shown(
    events: Running, search: Search, announce: Announce, word: str
) -> None:
    role = {
        "id": f"role-{word}",
        "permissions": {"search": {"read": "all"}, "contacts": {"read": "own"}},
        "fields": {"contacts": {"email": "hidden"}},
    }
    await events.know("roles", role)
    await announce(
        contact(f"Ana {word}", id_=f"{word}-1", owner_id="user-1", email=f"{word}@example.org"),
        contact("Eva Reis", id_=f"{word}-2", owner_id="user-1", email=f"{word}@example.com"),
        contact(f"Rui {word}", id_=f"{word}-3", owner_id="user-2"),
    )
    await found(search, word, 3)

    answer = await search(word, roles=(role["id"],))

    assert [(hit["title"], hit["subtitle"], list(hit["highlights"])) for hit in answer["value"]] == [
        (f"Ana {word}", "", ["full_name"])
    ]
    assert (answer["@odata.count"], answer["groups"]) == (1, [{"collection": "contacts", "count": 1}])


@pytest.mark.parametrize("query", ["", "q=", "q=x&$top=0", "q=x&collections=sessions", "q=x&$skip=1"])
async def test_what_cannot_be_searched_for_is_refused(events: Running, query: str) -> None:
    assert (await events.get(f"/api/v1/search?{query}"))[0] == 422


async def test_only_administrators_see_how_far_it_is_and_rebuild_it(events: Running) -> None:
    for method, path in (("GET", "state"), ("POST", "rebuild")):
        assert (await events.request(method, f"/api/v1/search/{path}", roles=("sales_manager",)))[0] == 403


async def test_a_rebuild_leaves_everything_to_be_found(
    events: Running, search: Search, announce: Announce, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "IDLE", 0.2)
    await announce(contact(word, id_=f"{word}-2", verb="deleted", sequence=2), contact(word, id_=word))
    await found(search, word, 1)
    _, before = await events.get("/api/v1/search/state")

    status, asked = await events.post("/api/v1/search/rebuild")
    assert (status, asked) == (202, {"rebuilds": before["rebuilds"] + 1})

    async def rebuilt() -> dict[str, Any] | None:
        _, state = await events.get("/api/v1/search/state")
        return state if state["rebuilds"] == asked["rebuilds"] else None

    after = await eventually(rebuilt)
    assert after["built_at"] > before["built_at"]
    assert after["records"] == before["records"]
    assert (await search(word))["@odata.count"] == 1


async def test_it_tells_how_far_behind_it_is(events: Running, search: Search, announce: Announce, word: str) -> None:
    announced = contact(word, id_=word)
    await announce(announced)
    await found(search, word, 1)

    async def level() -> dict[str, Any] | None:
        _, state = await events.get("/api/v1/search/state")
        return state if state["pending"] == 0 else None

    state = await eventually(level)
    assert state["seconds"] == 0
    assert state["last_event_at"] == announced.time.isoformat().replace("+00:00", "Z")
    assert (await search(word))["lag"] == {"pending": 0, "seconds": 0.0}
