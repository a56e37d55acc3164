"""What may be the same as a record, or as what somebody is about to send."""

from typing import Any

import pytest

from libs.domain.directory import RoleEntry
from libs.domain.grants import Depth
from tests.libs.web.duplicates.harbour import EMAIL, LIKE_NAME, boat, define, rule
from tests.support.services import COLLEAGUE, Running

RULES = (rule("email", EMAIL), rule("name", LIKE_NAME))


async def asked(harbour: Running, body: dict[str, Any], role: str = "administrator") -> list[dict[str, Any]]:
    status, answer = await harbour.post("/api/v1/boats/duplicates", body, roles=(role,))
    assert status == 200, answer
    return list(answer["value"])


async def test_candidates_come_with_the_reason_and_the_most_alike_first(harbour: Running) -> None:
    await define(harbour, *RULES)
    near = await boat(harbour, name="Anna Pimto")
    same = await boat(harbour, name="Anna Pinto", email="anna@example.org")
    await boat(harbour, name="Rui Brito")

    found = await asked(harbour, {"record": {"name": "anna pinto", "email": "Anna@example.org"}})

    assert [each["id"] for each in found] == [same, near]
    assert found[0]["score"] == 1
    assert [each["rule"] for each in found[0]["rules"]] == ["email", "name"]
    assert found[1]["rules"] == [{"rule": "name", "name": "Same name", "score": 0.9}]
    assert found[1]["record"]["name"] == "Anna Pimto"
    assert "_match" not in found[1]["record"]


async def test_a_record_that_is_there_is_not_its_own_duplicate(harbour: Running) -> None:
    await define(harbour, *RULES)
    one, other = [await boat(harbour, email="anna@example.org") for _ in range(2)]

    assert [each["id"] for each in await asked(harbour, {"id": one})] == [other]
    await harbour.delete(f"/api/v1/boats/{other}")
    assert await asked(harbour, {"id": one}) == []


async def test_asking_writes_nothing(harbour: Running) -> None:
    await define(harbour, *RULES)

    assert await asked(harbour, {"record": {"name": "Anna Pinto"}}) == []
    assert (await harbour.get("/api/v1/boats/$count"))[1] == 0


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/id"),
        ({"id": "x", "record": {}}, 422, "/id"),
        ({"record": {"email": "nobody"}}, 422, "/record/email"),
        ({"record": {"colour": "red"}}, 422, "/record/colour"),
    ],
)
async def test_a_wrong_question_is_named(harbour: Running, body: dict[str, Any], status: int, pointer: str) -> None:
    answered, problem = await harbour.post("/api/v1/boats/duplicates", body)

    assert (answered, problem["errors"][0]["pointer"]) == (status, pointer)


async def test_candidates_are_those_that_the_caller_may_see_by_fields_that_they_may_see(harbour: Running) -> None:
    own = {"boats": {"read": Depth.OWN.value}}
    harbour.identities.people.roles += [
        RoleEntry(id="sailor", version=1, permissions=own),
        RoleEntry(
            id="blind",
            version=1,
            permissions={"boats": {"read": Depth.ALL.value}},
            fields={"boats": {"email": "hidden"}},
        ),
    ]
    await define(harbour, *RULES)
    mine, other = [await boat(harbour, name=name, email="anna@example.org") for name in ("Anna", "Bea")]
    await harbour.post(f"/api/v1/boats/{other}/assign", {"owner_id": COLLEAGUE})

    assert [each["id"] for each in await asked(harbour, {"id": mine})] == [other]
    assert await asked(harbour, {"id": mine}, "sailor") == []
    assert (await harbour.post("/api/v1/boats/duplicates", {"id": other}, roles=("sailor",)))[0] == 404
    assert await asked(harbour, {"id": mine}, "blind") == []
