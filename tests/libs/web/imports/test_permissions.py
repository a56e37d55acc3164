"""Whose imports they are, and what they may do."""

from __future__ import annotations

from typing import Any

from libs.domain.directory import RoleEntry
from libs.web.requests import DIRECTORY
from tests.libs.web.imports.hotel import Hotel, counted, csv_file

HEADER = ["Surname", "E-Mail", "Nights"]
PEOPLE = csv_file(HEADER, ["Reis", "reis@example.org", 2])
CLERK: dict[str, Any] = {"imports": {"create": "all", "read": "all"}}
OWN: dict[str, Any] = {"create": "all", "read": "own", "write": "own"}


async def given_role(hotel: Hotel, guests: dict[str, str], fields: dict[str, str] | None = None) -> None:
    """The clerk may do this with guests."""
    permissions = {**CLERK, "guests": guests}
    role = RoleEntry.model_validate(
        {"id": "clerk", "version": 1, "permissions": permissions, "fields": {"guests": fields or {}}}
    )
    hotel.service.identities.people.roles.append(role)
    await hotel.service.app[DIRECTORY].reload()


async def test_people_see_their_own_imports_and_administrators_all(hotel: Hotel) -> None:
    await given_role(hotel, OWN)
    mine, theirs = await hotel.given(PEOPLE, role="clerk"), await hotel.given(PEOPLE, role="clerk", user_id="user-2")

    _, own = await hotel.service.get("/api/v1/imports?service=hotel", roles=("clerk",))
    _, everything = await hotel.service.get("/api/v1/imports?service=hotel&$count=true")
    answers = [
        (await hotel.service.get(f"/api/v1/imports/{theirs}", roles=("clerk",)))[0],
        (await hotel.service.get(f"/api/v1/imports/{theirs}/errors", roles=("clerk",)))[0],
        *[(await hotel.service.post(f"/api/v1/imports/{theirs}/{action}", roles=("clerk",)))[0]
          for action in ("check", "run", "cancel", "undo")],
    ]  # fmt: skip

    assert [each["id"] for each in own["value"]] == [mine]
    assert everything["@odata.count"] == 2
    assert answers == [404] * 6


async def test_who_may_not_create_imports_nothing(hotel: Hotel) -> None:
    await given_role(hotel, {"read": "all", "write": "all"})

    assert (await hotel.send(PEOPLE, role="clerk"))[0] == 403
    assert (await hotel.send(PEOPLE, role="read_only"))[0] == 403


async def test_who_may_not_write_upserts_nothing(hotel: Hotel) -> None:
    await given_role(hotel, {"create": "all", "read": "all"})

    status, problem = await hotel.send(PEOPLE, role="clerk", mode="upsert", key="email")

    assert (status, problem["code"]) == (403, "forbidden")


async def test_a_right_that_was_lost_since_is_missed_when_it_runs(hotel: Hotel) -> None:
    await given_role(hotel, OWN)
    import_id = await hotel.given(PEOPLE, role="clerk")
    hotel.service.identities.people.roles[-1] = RoleEntry.model_validate(
        {"id": "clerk", "version": 2, "permissions": CLERK, "fields": {}}
    )
    await hotel.service.app[DIRECTORY].reload()

    status, _ = await hotel.service.post(f"/api/v1/imports/{import_id}/run", roles=("clerk",))

    assert status == 403


async def test_a_field_that_is_closed_is_filled_by_nobody(hotel: Hotel) -> None:
    await given_role(hotel, OWN, {"nights": "read_only", "email": "hidden"})
    mapping = {"fields": {"last_name": {"column": "Surname"}, "nights": {"column": "Nights"}}}
    hidden = {"fields": {"last_name": {"column": "Surname"}, "email": {"column": "E-Mail"}}}

    assert (await hotel.send(PEOPLE, role="clerk", mapping=mapping))[1]["code"] == "field_read_only"
    assert (await hotel.send(PEOPLE, role="clerk", mapping=hidden))[0] == 422


async def test_an_upsert_reaches_no_record_that_its_owner_may_not_see_or_change(hotel: Hotel) -> None:
    await given_role(hotel, OWN)
    await hotel.service.post("/api/v1/guests", {"last_name": "Theirs", "email": "reis@example.org"})
    await hotel.store.collection("guests").update_many({}, {"$set": {"owner_id": "user-2"}})

    found = await hotel.imported(PEOPLE, role="clerk", mode="upsert", key="email")

    assert counted(found) == {"created": 1}
    assert sorted(await hotel.guests()) == ["Reis", "Theirs"]


async def test_a_reference_leads_to_no_record_that_its_owner_may_not_see(hotel: Hotel) -> None:
    await given_role(hotel, OWN)
    _, theirs = await hotel.service.post("/api/v1/guests", {"last_name": "Theirs", "email": "reis@example.org"})
    await hotel.store.collection("guests").update_many({}, {"$set": {"owner_id": "user-2"}})
    file = csv_file(["Surname", "Companion"], ["By mail", "reis@example.org"], ["By id", theirs["id"]])

    found = await hotel.imported(file, role="clerk")

    assert counted(found) == {"failed": 2}
