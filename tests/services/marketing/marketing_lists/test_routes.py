"""Marketing lists over HTTP: who joins, who leaves, who is there."""

from typing import Any

import pytest

from libs.store.copies import COLLECTION as COPIES
from libs.store.copies import keep_copies
from libs.web.executing import STORE
from tests.support.events import envelope
from tests.support.services import Running


@pytest.fixture
async def people(marketing: Running) -> dict[str, Any]:
    """An active list of contacts, and three contacts that marketing has heard of."""
    copies = [{"_id": f"contacts/c{n}", "name": f"Contact {n}", "deleted": False, "newness": 1} for n in range(3)]
    await marketing.app[STORE].collection(COPIES).insert_many(copies)
    _, created = await marketing.post("/api/v1/marketing_lists", {"name": "Young", "member_kind": "contact"})
    return dict(created)


async def members(marketing: Running, people: dict[str, Any], options: str = "") -> Any:
    return (await marketing.get(f"/api/v1/marketing_lists/{people['id']}/members{options}"))[1]


async def test_members_join_once_and_leave(marketing: Running, people: dict[str, Any]) -> None:
    path = f"/api/v1/marketing_lists/{people['id']}"

    await marketing.post(f"{path}/add_members", {"member_ids": ["c0", "c1", "c0"]})
    _, grown = await marketing.post(f"{path}/add_members", {"member_ids": ["c1", "c2"]})
    _, shrunk = await marketing.post(f"{path}/remove_members", {"member_ids": ["c0", "stranger"]})

    assert (grown["version"], shrunk["version"]) == (3, 4)
    assert [member["id"] for member in (await members(marketing, people))["value"]] == ["c1", "c2"]


async def test_adding_who_is_there_changes_nothing(marketing: Running, people: dict[str, Any]) -> None:
    path = f"/api/v1/marketing_lists/{people['id']}/add_members"
    await marketing.post(path, {"member_ids": ["c0"]})

    _, same = await marketing.post(path, {"member_ids": ["c0"]})

    assert same["version"] == 2


async def test_a_stranger_cannot_join(marketing: Running, people: dict[str, Any]) -> None:
    status, problem = await marketing.post(
        f"/api/v1/marketing_lists/{people['id']}/add_members", {"member_ids": ["c0", "stranger"]}
    )

    # Nobody answers at the gateway of this test, so the owner of the contact cannot be asked.
    assert (status, problem["code"]) == (503, "unavailable")
    assert (await members(marketing, people))["@odata.count"] == 0


async def test_an_inactive_list_keeps_its_members(marketing: Running, people: dict[str, Any]) -> None:
    path = f"/api/v1/marketing_lists/{people['id']}"
    await marketing.post(f"{path}/deactivate")

    status, problem = await marketing.post(f"{path}/add_members", {"member_ids": ["c0"]})

    assert (status, problem["code"]) == (409, "list_inactive")


async def test_a_list_with_members_stays_of_their_kind(marketing: Running, people: dict[str, Any]) -> None:
    path = f"/api/v1/marketing_lists/{people['id']}"
    await marketing.post(f"{path}/add_members", {"member_ids": ["c0"]})

    status, problem = await marketing.patch(path, {"member_kind": "lead"})

    assert (status, problem["code"]) == (409, "member_kind_fixed")


async def test_members_are_paged(marketing: Running, people: dict[str, Any]) -> None:
    path = f"/api/v1/marketing_lists/{people['id']}/add_members"
    await marketing.post(path, {"member_ids": ["c0", "c1", "c2"]})

    page = await members(marketing, people, "?$top=2")
    _, rest = await marketing.get(page["@odata.nextLink"])

    assert [member["id"] for member in page["value"] + rest["value"]] == ["c0", "c1", "c2"]
    assert "@odata.nextLink" not in rest


async def test_members_say_by_which_channels_they_may_be_approached(marketing: Running, people: dict[str, Any]) -> None:
    await marketing.post(f"/api/v1/marketing_lists/{people['id']}/add_members", {"member_ids": ["c0", "c1"]})
    refused = {"id": "c0", "full_name": "Contact 0", "consent": {"email": False}}

    await keep_copies(
        marketing.app[STORE], [envelope("sales.contact.consent_changed", "contacts", refused, sequence=2)]
    )

    told = [(each["id"], each["consent"]) for each in (await members(marketing, people))["value"]]
    assert told == [("c0", {"email": False}), ("c1", None)]
