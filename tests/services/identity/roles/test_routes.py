from typing import Any

import pytest

from libs.contracts.identity import DefaultRole
from services.identity.roles.first import make_default_roles
from tests.services.identity.running import Heard, Identity
from tests.support.waiting import eventually

NORTH = {"name": "North", "permissions": {"parked": {"read": "all"}}}


async def test_a_fresh_installation_has_its_roles(identity: Identity) -> None:
    status, roles = await identity.get("/api/v1/roles", token=await identity.admin())

    known = {role["id"]: role for role in roles["value"]}
    assert status == 200
    assert set(DefaultRole) <= set(known)
    assert known["salesperson"]["name"] == "Salesperson"
    assert known["salesperson"]["permissions"]["leads"] == {
        "create": "all",
        "read": "all",
        "write": "all",
        "delete": "none",
        "assign": "none",
    }
    assert all(known[role]["description"] for role in DefaultRole)


async def test_roles_are_shown_to_those_who_are_signed_in(identity: Identity) -> None:
    assert (await identity.get("/api/v1/roles"))[0] == 401


async def test_a_new_role_counts_without_a_new_sign_in(identity: Identity, heard: Heard) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "read_only")
    token = (await identity.sign_in(user["username"]))["access_token"]
    assert (await identity.get("/api/v1/parked", token=token))[0] == 403

    _, role = await identity.post("/api/v1/roles", NORTH, token=admin)
    await identity.request("PATCH", f"/api/v1/users/{user['id']}", {"roles": [role["id"]]}, token=admin)

    async def may_list_parked() -> bool:
        return (await identity.get("/api/v1/parked", token=token))[0] == 200

    await eventually(may_list_parked)
    assert (await identity.get("/api/v1/me", token=token))[1]["roles"] == [role["id"]]
    await heard.eventually("identity.role.created", role["id"])

    await identity.post(f"/api/v1/roles/{role['id']}/deactivate", token=admin)

    async def may_no_longer() -> bool:
        return not await may_list_parked()

    await eventually(may_no_longer)


async def test_the_administrator_cannot_be_weakened(identity: Identity) -> None:
    admin = await identity.admin()
    path = "/api/v1/roles/administrator"

    answers = [
        await identity.request("PATCH", path, {"permissions": {"leads": {"read": "own"}}}, token=admin),
        await identity.request("PATCH", path, {"fields": {"leads": {"email": "hidden"}}}, token=admin),
        await identity.post(f"{path}/deactivate", token=admin),
    ]

    assert {(status, problem["code"]) for status, problem in answers} == {(409, "administrator_is_fixed")}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"permissions": {"leads": {"read": "some"}}}, "/permissions/leads/read"),
        ({"permissions": {"Leads!": {}}}, "/permissions/Leads!/[key]"),
        ({"fields": {"leads": {"email": "gone"}}}, "/fields/leads/email"),
        ({"fields": {"leads": {"owner_id": "hidden"}}}, "/fields/leads/owner_id"),
        ({"fields": {"leads": {"emial": "hidden"}}}, "/fields/leads/emial"),
        ({"fields": {"search": {"email": "hidden"}}}, "/fields/search/email"),
        ({"permissions": {"laeds": {"read": "own"}}}, "/permissions/laeds"),
    ],
)
async def test_what_no_role_can_say_is_refused_by_name(identity: Identity, wrong: Any, pointer: str) -> None:
    status, problem = await identity.post("/api/v1/roles", {"name": "X", **wrong}, token=await identity.admin())

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_a_role_hides_one_custom_field_that_there_is(identity: Identity) -> None:
    admin = await identity.admin()
    role = {"name": "X", "fields": {"cases": {"custom/debt": "hidden"}}}

    before, problem = await identity.post("/api/v1/roles", role, token=admin)
    field = {"of": "cases", "name": "debt", "type": "money", "label": "Debt"}
    await identity.post("/api/v1/custom_fields", field, token=admin)
    status, _ = await identity.post("/api/v1/roles", role, token=admin)

    assert (before, problem["errors"][0]["pointer"]) == (422, "/fields/cases/custom~1debt")
    assert status == 201


async def test_a_user_gets_no_role_that_is_not_there(identity: Identity) -> None:
    admin = await identity.admin()
    body = {"username": "merlin", "name": "Merlin", "roles": ["wizard"]}

    status, problem = await identity.post("/api/v1/users", body, token=admin)

    assert (status, problem["errors"][0]["pointer"]) == (422, "/roles/0")


async def test_a_default_role_stays_closed_to_what_was_taken_from_it(fresh: Identity) -> None:
    admin = await fresh.admin()
    path = "/api/v1/roles/salesperson"
    patch = {"permissions": {"leads": None, "accounts": {"read": "own"}}}
    _, patched = await fresh.request("PATCH", path, patch, token=admin)

    await make_default_roles(fresh.store)

    _, role = await fresh.get(path, token=admin)
    assert role["version"] == patched["version"]
    assert set(role["permissions"]["leads"].values()) == {"none"}
    assert role["permissions"]["accounts"]["read"] == "own"


async def test_who_may_write_users_still_makes_no_administrator(identity: Identity) -> None:
    admin = await identity.admin()
    _, role = await identity.post(
        "/api/v1/roles",
        {
            "name": "Helpdesk",
            "permissions": {"users": {"create": "all", "read": "all", "write": "all"}, "roles": {"read": "all"}},
        },
        token=admin,
    )
    helper, other = await identity.user(admin, role["id"]), await identity.user(admin, "read_only")
    boss, gone = [await identity.user(admin, "administrator") for _ in range(2)]
    await identity.post(f"/api/v1/users/{gone['id']}/deactivate", token=admin)
    token = (await identity.sign_in(helper["username"]))["access_token"]
    path = f"/api/v1/users/{other['id']}"

    async def heard_of_the_role() -> bool:
        return (await identity.request("PATCH", path, {"job_title": "Clerk"}, token=token))[0] == 200

    await eventually(heard_of_the_role)
    refused = [
        await identity.request("PATCH", path, {"roles": ["administrator"]}, token=token),
        await identity.post("/api/v1/users", {"username": "x9", "name": "X", "roles": ["marketer"]}, token=token),
        await identity.post(
            f"/api/v1/users/{boss['id']}/set_password", {"password": "rote Rosen im Juni"}, token=token
        ),
        *[
            await identity.post(f"/api/v1/users/{boss['id']}/{action}", token=token)
            for action in ("deactivate", "unlock", "remove_second_factor", "invite", "reset_password")
        ],
        await identity.post(f"/api/v1/users/{gone['id']}/activate", token=token),
        await identity.post(
            f"/api/v1/users/{gone['id']}/set_password", {"password": "rote Rosen im Juni"}, token=token
        ),
        await identity.request("PATCH", f"/api/v1/users/{gone['id']}", {"email": "x@example.org"}, token=token),
    ]

    assert [status for status, _ in refused] == [403] * 11
