from libs.contracts.identity import Role
from tests.services.identity.running import Identity


async def test_every_role_says_what_it_allows(identity: Identity) -> None:
    status, roles = await identity.get("/api/v1/roles", token=await identity.admin())

    allows = {role["id"]: role["allows"] for role in roles["value"]}
    assert status == 200
    assert set(allows) == set(Role)
    assert allows["administrator"] is None
    assert allows["salesperson"]["leads"] == ["create", "read", "write"]
    assert all(role["description"] for role in roles["value"])


async def test_roles_are_shown_to_those_who_are_signed_in(identity: Identity) -> None:
    assert (await identity.get("/api/v1/roles"))[0] == 401
