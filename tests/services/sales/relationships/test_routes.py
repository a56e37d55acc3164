"""Relationships over HTTP: shown at both ends, said once, and moved with the records that they join."""

import asyncio
from typing import Any

import pytest

from libs.web.executing import STORE
from services.sales.relationships.model import Relationship
from tests.services.sales.test_merging_routes import account, contact, merge, unmerge
from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually

Record = dict[str, Any]
PATH = "/api/v1/relationships"


def end(collection: str, record: Record) -> Record:
    return {"collection": collection, "id": record["id"]}


async def partners(sales: Running, one: Record, other: Record, **fields: Any) -> Record:
    """Two accounts and that they are partners."""
    body = {"party": end("accounts", one), "role": "partner", "other": end("accounts", other), **fields}
    return await made(sales, "relationships", body)


async def seen_from(sales: Running, record: Record) -> list[str]:
    """The ids of what is found by one end, as the guide says it."""
    id_ = record["id"]
    status, page = await sales.get(f"{PATH}?$filter=party/id eq '{id_}' or other/id eq '{id_}'")
    assert status == 200, page
    return [each["id"] for each in page["value"]]


async def test_it_is_shown_at_both_ends(sales: Running) -> None:
    person, company = await contact(sales, first_name="Ann"), await account(sales)

    relationship = await made(
        sales,
        "relationships",
        {"party": end("contacts", person), "role": "decision_maker", "other": end("accounts", company)},
    )
    await partners(sales, await account(sales), await account(sales))

    assert relationship["party"] == {**end("contacts", person), "name": "Ann Lee"}
    assert relationship["other"] == {**end("accounts", company), "name": company["name"]}
    assert relationship["reverse_role"] == "decided_by"
    assert await seen_from(sales, person) == await seen_from(sales, company) == [relationship["id"]]


async def test_either_end_is_found_by_an_index(sales: Running) -> None:
    query = {"$or": [{"party.id": "a"}, {"other.id": "a"}], "_deleted": None}

    plan = str(await sales.app[STORE].explain(Relationship.collection, query, [("created_at", -1)]))

    assert "COLLSCAN" not in plan
    assert "party.id_1__id_1" in plan


@pytest.mark.parametrize("name", ["party", "other"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"collection": "accounts", "id": "nobody"}, "unknown_reference"),
        ({"collection": "leads", "id": "nobody"}, "wrong_collection"),
    ],
)
async def test_an_end_that_is_not_there_is_refused(sales: Running, name: str, wrong: Record, code: str) -> None:
    ends = dict.fromkeys(("party", "other"), end("accounts", await account(sales)))

    status, problem = await sales.post(PATH, {**ends, "role": "partner", name: wrong})

    assert (status, [(each["pointer"], each["code"]) for each in problem["errors"]]) == (422, [(f"/{name}", code)])


async def test_the_two_are_not_one_also_where_an_id_leads_to_the_other(sales: Running) -> None:
    kept, gone = await account(sales), await account(sales)
    await merge(sales, "accounts", kept, gone)

    status, problem = await sales.post(
        PATH, {"party": end("accounts", kept), "role": "partner", "other": end("accounts", gone)}
    )

    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, "/other", "itself")


async def test_the_ends_stay_and_the_role_changes_with_its_reverse(sales: Running) -> None:
    relationship = await partners(sales, await account(sales), await account(sales))
    path = f"{PATH}/{relationship['id']}"

    status, changed = await sales.patch(path, {"role": "subsidiary", "until": "2026-12-31"})
    assert (status, changed["reverse_role"], changed["until"]) == (200, "parent", "2026-12-31")
    for name in ("party", "other", "reverse_role"):
        status, problem = await sales.patch(path, {name: relationship[name]})
        assert (status, problem["errors"][0]["pointer"]) == (422, f"/{name}")


async def test_the_same_is_said_once_also_at_once(sales: Running) -> None:
    one, other = end("accounts", await account(sales)), end("accounts", await account(sales))
    ways = [{"party": one, "other": other}, {"party": other, "other": one}] * 4

    answers = await asyncio.gather(*(sales.post(PATH, {**ends, "role": "partner"}) for ends in ways))
    _, bulk = await sales.post(f"{PATH}/bulk", {"records": [{**ways[0], "role": "reseller"}] * 2})

    assert sorted(status for status, _ in answers) == [201] + [409] * 7
    assert {answer["code"] for status, answer in answers if status == 409} == {"relationship_exists"}
    assert sorted(each["status"] for each in bulk["results"]) == [201, 409]


async def test_a_removed_one_comes_back_unless_another_says_the_same(sales: Running) -> None:
    one, other = await account(sales), await account(sales)
    first = await partners(sales, one, other)
    await sales.delete(f"{PATH}/{first['id']}")
    second = await partners(sales, other, one)

    status, problem = await sales.post(f"{PATH}/{first['id']}/restore")
    await sales.delete(f"{PATH}/{second['id']}")

    assert (status, problem["code"]) == (409, "relationship_exists")
    assert (await sales.post(f"{PATH}/{first['id']}/restore"))[0] == 200


async def test_a_merge_moves_the_end_that_it_is_about(sales: Running) -> None:
    kept, gone, third = [await account(sales) for _ in range(3)]
    outward, inward = await partners(sales, gone, third), await partners(sales, third, gone, role="reseller")

    await merge(sales, "accounts", kept, gone)

    async def moved() -> bool:
        return sorted(await seen_from(sales, kept)) == sorted([outward["id"], inward["id"]])

    await eventually(moved)
    assert len(await seen_from(sales, third)) == 2
    assert (await sales.get(f"{PATH}/{inward['id']}"))[1]["other"] == {**end("accounts", kept), "name": kept["name"]}


async def test_what_a_merge_would_join_with_itself_is_gone_until_it_is_undone(sales: Running) -> None:
    kept, gone, third = [await account(sales) for _ in range(3)]
    between, beside = await partners(sales, kept, gone), await partners(sales, kept, third)

    await merge(sales, "accounts", kept, gone)

    async def dropped() -> bool:
        return await seen_from(sales, kept) == [beside["id"]]

    await eventually(dropped)
    status, problem = await sales.post(f"{PATH}/{between['id']}/restore")
    assert (status, problem["code"]) == (409, "not_restorable")

    await unmerge(sales, "accounts", kept, gone)

    async def back() -> bool:
        return await seen_from(sales, gone) == [between["id"]]

    await eventually(back)
    assert (await sales.get(f"{PATH}/{between['id']}"))[1]["other"] == between["other"]


async def test_what_somebody_had_removed_before_stays_removed(sales: Running) -> None:
    kept, gone = await account(sales), await account(sales)
    removed, left = await partners(sales, kept, gone), await partners(sales, kept, gone, role="reseller")
    await sales.delete(f"{PATH}/{removed['id']}")

    await merge(sales, "accounts", kept, gone)

    async def dropped() -> bool:
        return await seen_from(sales, kept) == []

    await eventually(dropped)
    await unmerge(sales, "accounts", kept, gone)

    async def back() -> bool:
        return await seen_from(sales, gone) == [left["id"]]

    await eventually(back)
