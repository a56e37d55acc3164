"""Custom fields as administrators define them."""

from typing import Any

import pytest

from tests.services.identity.running import Heard, Identity


def definition(identity: Identity, **terms: Any) -> dict[str, Any]:
    name = f"field_{next(identity.names)}"
    return {"of": "leads", "name": name, "type": "text", "label": "Segment", **terms}


async def test_an_administrator_defines_a_field_that_everybody_hears_of(identity: Identity, heard: Heard) -> None:
    admin = await identity.admin()

    status, field = await identity.post("/api/v1/custom_fields", definition(identity), token=admin)

    assert status == 201
    await heard.eventually("identity.custom_field.created", field["id"])


async def test_a_name_is_there_once_in_a_collection(identity: Identity) -> None:
    admin, first = await identity.admin(), definition(identity)
    await identity.post("/api/v1/custom_fields", first, token=admin)

    status, problem = await identity.post("/api/v1/custom_fields", first, token=admin)
    other = await identity.post("/api/v1/custom_fields", {**first, "of": "cases"}, token=admin)

    assert (status, problem["errors"][0]["pointer"]) == (409, "/name")
    assert other[0] == 201


@pytest.mark.parametrize("fixed", [{"of": "cases"}, {"name": "other"}, {"type": "number"}])
async def test_what_gives_values_their_meaning_stays(identity: Identity, fixed: dict[str, str]) -> None:
    admin = await identity.admin()
    _, field = await identity.post("/api/v1/custom_fields", definition(identity), token=admin)

    status, problem = await identity.request("PATCH", f"/api/v1/custom_fields/{field['id']}", fixed, token=admin)

    assert (status, problem["errors"][0]["pointer"]) == (422, f"/{next(iter(fixed))}")


async def test_only_administrators_define_fields(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "sales_manager")
    token = (await identity.sign_in(user["username"]))["access_token"]

    assert (await identity.get("/api/v1/custom_fields", token=token))[0] == 200
    assert (await identity.post("/api/v1/custom_fields", definition(identity), token=token))[0] == 403
