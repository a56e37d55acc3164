"""Records that double others, as they are written: warned of, refused, or let pass."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from libs.contracts.duplicate_rules import Likeness, Reaction
from libs.domain.directory import RoleEntry
from libs.domain.grants import Depth
from libs.store.keys import holding
from tests.libs.web.duplicates.harbour import EMAIL, LIKE_NAME, NAME, PHONE, boat, condition, define, rule, store_of
from tests.support.services import COLLEAGUE, Running

ALLOW = {"X-Duplicates": "allow"}
NONE: Mapping[str, str] = {}


async def sent(
    harbour: Running,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str] = NONE,
    *,
    role: str = "administrator",
) -> tuple[int, Any, list[dict[str, Any]]]:
    """The status, the body, and the warnings in the header."""
    token = harbour.identities.token(role)
    everything = {"Authorization": f"Bearer {token}", **headers}
    async with harbour.session.request(method, f"{harbour.url}{path}", json=body, headers=everything) as answer:
        return answer.status, await answer.json(content_type=None), json.loads(answer.headers.get("X-Duplicates", "[]"))


async def test_a_record_that_is_like_another_is_written_with_a_warning(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("phone", PHONE))
    known = await boat(harbour, email="ada@example.org", phone="+351 21 123 4567")

    status, _, warnings = await sent(harbour, "POST", "/api/v1/boats", {"email": "ADA@example.org"})
    by_phone = await sent(harbour, "POST", "/api/v1/boats", {"phone": "+351-211234567"})

    assert (status, warnings) == (201, [{"rule": "email", "name": "Same email", "ids": [known]}])
    assert by_phone[2] == [{"rule": "phone", "name": "Same phone", "ids": [known]}]


async def test_nothing_is_told_of_what_is_alone(harbour: Running) -> None:
    await define(harbour, rule("both", EMAIL, NAME))
    await boat(harbour, email="ada@example.org", name="Ada")

    for other in ({"email": "ada@example.org", "name": "Bea"}, {"name": "Ada"}, {}):
        status, created, warnings = await sent(harbour, "POST", "/api/v1/boats", other)
        assert (status, warnings) == (201, [])
        assert "_match" not in created


async def test_names_are_compared_as_they_sound_and_look(harbour: Running) -> None:
    await define(harbour, rule("name", LIKE_NAME))
    known = await boat(harbour, name="Anna Pinto")

    near = await sent(harbour, "POST", "/api/v1/boats", {"name": "PIMTO, Anna"})
    far = await sent(harbour, "POST", "/api/v1/boats", {"name": "Anna Pereira"})

    assert [warning["ids"] for warning in near[2]] == [[known]]
    assert far[2] == []


async def test_a_rule_that_refuses_names_the_fields_and_who_is_there(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL, on_create=Reaction.REFUSE))
    known = await boat(harbour, email="ada@example.org")

    status, problem, _ = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"})

    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (409, "duplicate", "/email")
    assert problem["candidates"] == [{"rule": "email", "name": "Same email", "ids": [known]}]
    assert problem["overridable"]
    assert (await harbour.get("/api/v1/boats/$count"))[1] == 1


async def test_the_caller_may_say_that_there_are_two_where_the_rule_lets_them(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL, on_create=Reaction.REFUSE))
    known = await boat(harbour, email="ada@example.org")

    status, _, warnings = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, ALLOW)
    assert (status, [warning["ids"] for warning in warnings]) == (201, [[known]])

    await define(harbour, rule("email", EMAIL, on_create=Reaction.REFUSE, overridable=False))
    status, problem, _ = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, ALLOW)
    assert (status, problem["overridable"]) == (409, False)

    assert (await sent(harbour, "POST", "/api/v1/boats", {}, {"X-Duplicates": "perhaps"}))[0] == 400


async def test_of_many_at_once_a_rule_that_refuses_lets_one_pass(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL, on_create=Reaction.REFUSE))

    answers = await asyncio.gather(*(harbour.post("/api/v1/boats", {"email": "ada@example.org"}) for _ in range(12)))

    assert sorted(status for status, _ in answers) == [201, *[409] * 11]


async def test_of_many_at_once_all_but_one_are_warned(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))

    answers = await asyncio.gather(
        *(sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}) for _ in range(8))
    )

    assert {status for status, _, _ in answers} == {201}
    assert sum(not warnings for _, _, warnings in answers) == 1


async def test_the_same_request_again_gets_the_same_answer(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    await boat(harbour, email="ada@example.org")
    once = {"Idempotency-Key": "once"}

    first = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, once)
    again = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, once)
    await define(harbour, rule("email", EMAIL, on_create=Reaction.REFUSE))

    assert first[2]
    assert again == first
    assert await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, once) == first


async def test_a_change_is_asked_about_where_it_makes_records_alike(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("name", NAME, on_update=Reaction.REFUSE))
    known, other = await boat(harbour, email="a@example.org", name="Ada"), await boat(harbour, email="a@example.org")
    path = f"/api/v1/boats/{other}"

    assert (await sent(harbour, "PATCH", path, {"berth": 3}))[2] == []
    assert (await sent(harbour, "PATCH", path, {"name": "ADA"}))[0] == 409
    assert [each["rule"] for each in (await sent(harbour, "PATCH", path, {"name": "ADA"}, ALLOW))[2]] == ["name"]
    assert (await sent(harbour, "PATCH", path, {"email": "b@example.org", "name": "Bea"}))[2] == []
    back = await sent(harbour, "PATCH", path, {"email": "a@example.org"})
    assert back[2] == [{"rule": "email", "name": "Same email", "ids": [known]}]


async def test_a_key_outlives_the_record_that_had_it_first(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    first, second = [await boat(harbour, email="ada@example.org") for _ in range(2)]
    await harbour.delete(f"/api/v1/boats/{first}")

    third = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"})
    await harbour.patch(f"/api/v1/boats/{second}", {"email": "other@example.org"})
    fourth = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"})

    assert [each["ids"] for each in third[2]] == [[second]]
    assert [each["ids"] for each in fourth[2]] == [[third[1]["id"]]]


async def test_a_record_that_comes_back_to_a_value_is_told_who_took_it(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    first = await boat(harbour, email="ada@example.org")
    await harbour.patch(f"/api/v1/boats/{first}", {"email": "other@example.org"})
    assert (await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}))[2] == []

    _, _, warnings = await sent(harbour, "PATCH", f"/api/v1/boats/{first}", {"email": "ada@example.org"})

    assert len(warnings) == 1


async def test_rows_of_a_bulk_are_compared_with_what_is_there_and_with_each_other(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("name", NAME, on_create=Reaction.REFUSE))
    known = await boat(harbour, email="a@example.org", name="Ada")
    rows = [
        {"email": "a@example.org"},
        {"email": "b@example.org"},
        {"email": "b@example.org"},
        {"name": "ada"},
        {"name": "Bea"},
        {"name": "Béa"},
        {"name": "Cid"},
    ]

    _, answer = await harbour.post("/api/v1/boats/bulk", {"records": rows})

    results = answer["results"]
    assert [each["status"] for each in results] == [201, 201, 201, 409, 201, 409, 201]
    told = [[warning["ids"] for warning in each.get("duplicates", ())] for each in results]
    assert told == [[[known]], [], [[results[1]["record"]["id"]]], [], [], [], []]
    assert results[5]["problem"]["candidates"][0]["ids"] == [results[4]["record"]["id"]]
    assert (await harbour.get("/api/v1/boats/$count"))[1] == 6


async def test_a_value_that_very_many_share_is_answered_all_the_same(harbour: Running) -> None:
    await define(harbour, rule("phone", PHONE))
    rows = [{"phone": "+351 21 123 4567"}] * 150
    _, bulk = await harbour.post("/api/v1/boats/bulk", {"records": rows})
    assert all(each["status"] == 201 for each in bulk["results"])

    status, _, [warning] = await sent(harbour, "POST", "/api/v1/boats", rows[0])

    assert (status, len(warning["ids"])) == (201, 5)


@pytest.mark.parametrize("reaction", [Reaction.WARN, Reaction.REFUSE])
async def test_nobody_is_told_of_records_they_may_not_see(harbour: Running, reaction: Reaction) -> None:
    own = dict.fromkeys(("create", "read", "write"), Depth.OWN.value)
    harbour.identities.people.roles.append(sailor(own))
    await define(harbour, rule("email", EMAIL, on_create=reaction))
    others = await boat(harbour, email="ada@example.org")
    await harbour.post(f"/api/v1/boats/{others}/assign", {"owner_id": COLLEAGUE})

    status, answer, warnings = await sent(harbour, "POST", "/api/v1/boats", {"email": "ada@example.org"}, role="sailor")

    assert (status, warnings) == ((201, []) if reaction is Reaction.WARN else (409, []))
    assert others not in json.dumps(answer)


async def test_nobody_is_told_by_fields_that_are_hidden_from_them(harbour: Running) -> None:
    everything = dict.fromkeys(("create", "read", "write"), Depth.ALL.value)
    harbour.identities.people.roles.append(sailor(everything, {"berth": "hidden"}))
    await define(harbour, rule("berth", NAME, condition(Likeness.EXACT, "berth")), rule("email", EMAIL))
    await boat(harbour, name="Ada", berth=3)
    other = await boat(harbour, berth=3)

    _, _, warnings = await sent(harbour, "PATCH", f"/api/v1/boats/{other}", {"name": "Ada"}, role="sailor")

    assert warnings == []


async def test_without_rules_nothing_is_kept(harbour: Running) -> None:
    id_ = await boat(harbour, email="ada@example.org")

    document = await store_of(harbour).collection("boats").find_one({"_id": id_})

    assert document is not None
    assert "_match" not in document


async def test_candidates_are_found_by_an_index(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    for number in range(5):
        await boat(harbour, email=f"ada{number}@example.org")

    plan = await store_of(harbour).explain("boats", holding(["a" * 24, "b" * 24], {}), [])

    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert f'["{"a" * 24}' in str(plan["queryPlanner"]["winningPlan"])


def sailor(permissions: dict[str, str], fields: dict[str, str] | None = None) -> RoleEntry:
    return RoleEntry(id="sailor", version=1, permissions={"boats": permissions}, fields={"boats": fields or {}})
