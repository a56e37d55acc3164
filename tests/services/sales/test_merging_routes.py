"""Merging over HTTP: two records of one customer become one, and their ids lead there."""

from typing import Any
from uuid import uuid4

from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually

Record = dict[str, Any]


async def merge(sales: Running, collection: str, survivor: Record, *duplicates: Record, **body: Any) -> Record:
    path = f"/api/v1/{collection}/{survivor['id']}/merge"
    status, merged = await sales.post(path, {"duplicates": [each["id"] for each in duplicates], **body})
    assert status == 200, merged
    assert isinstance(merged, dict)
    return merged


async def unmerge(sales: Running, collection: str, survivor: Record, duplicate: Record) -> Record:
    path = f"/api/v1/{collection}/{survivor['id']}/unmerge"
    status, answer = await sales.post(path, {"duplicate": duplicate["id"]})
    assert status == 200, answer
    assert isinstance(answer, dict)
    return answer


async def read(sales: Running, collection: str, record: Record) -> Record:
    status, found = await sales.get(f"/api/v1/{collection}/{record['id']}")
    assert status == 200, found
    assert isinstance(found, dict)
    return found


async def contact(sales: Running, **fields: Any) -> Record:
    return await made(sales, "contacts", {"last_name": "Lee", **fields})


async def account(sales: Running, **fields: Any) -> Record:
    return await made(sales, "accounts", {"name": f"Acme {uuid4().hex[:8]}", **fields})


async def becomes(sales: Running, collection: str, record: Record, **fields: Any) -> Record:
    """The record once its fields say so."""

    async def look() -> Record | None:
        found = await read(sales, collection, record)
        return found if {name: found[name] for name in fields} == fields else None

    return await eventually(look)


async def test_the_survivor_keeps_what_it_has_and_takes_what_it_lacks(sales: Running) -> None:
    kept = await contact(sales, first_name="Ann", email="ann@example.org", tags=["vip"], consent={"email": True})
    other = await contact(
        sales, first_name="Anna", phone="+351 21 000 0001", tags=["fair"], consent={"email": False, "phone": True}
    )

    merged = await merge(sales, "contacts", kept, other)

    assert (merged["first_name"], merged["email"], merged["phone"]) == ("Ann", "ann@example.org", "+351 21 000 0001")
    assert merged["tags"] == ["vip", "fair"]
    assert (merged["consent"]["email"], merged["consent"]["phone"]) == (False, True)
    assert merged["version"] == 2


async def test_what_is_to_be_kept_can_be_picked(sales: Running) -> None:
    kept, other = await contact(sales, job_title="Clerk"), await contact(sales, job_title="Director")

    merged = await merge(sales, "contacts", kept, other, values={"job_title": "Director", "first_name": "Ann"})

    assert (merged["job_title"], merged["full_name"]) == ("Director", "Ann Lee")


async def test_an_old_id_leads_to_the_survivor_whatever_is_asked(sales: Running) -> None:
    kept, other = await contact(sales), await contact(sales)
    await merge(sales, "contacts", kept, other)
    token = sales.identities.token("administrator")
    here, there = (f"/api/v1/contacts/{each['id']}" for each in (other, kept))

    for method, path, body in (
        ("GET", "?$select=id", None),
        ("PATCH", "", {"job_title": "Director"}),
        ("POST", "/deactivate", None),
        ("DELETE", "", None),
        ("POST", "/merge", {"duplicates": [kept["id"]]}),
        ("POST", "/restore", None),
    ):
        async with sales.session.request(
            method,
            sales.url + here + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            allow_redirects=False,
        ) as answer:
            problem = await answer.json(content_type=None)
            assert (answer.status, answer.headers["Location"]) == (308, there + path), method
            assert (problem["code"], problem["merged_into"]) == ("merged", kept["id"])

    status, changed = await sales.patch(here, {"job_title": "Director"})
    assert (status, changed["id"], changed["job_title"]) == (200, kept["id"], "Director")


async def test_a_reference_to_an_old_id_is_stored_as_one_to_the_survivor(sales: Running) -> None:
    kept, other = await account(sales), await account(sales)
    await merge(sales, "accounts", kept, other)

    person = await contact(sales, account_id=other["id"])
    reference = {"collection": "accounts", "id": other["id"]}
    opportunity = await made(sales, "opportunities", {"name": "Card", "customer": reference})

    assert person["account_id"] == kept["id"]
    assert opportunity["customer"] == {"collection": "accounts", "id": kept["id"], "name": kept["name"]}


async def test_what_referred_to_the_duplicate_refers_to_the_survivor_and_back(sales: Running) -> None:
    kept, other = await account(sales), await account(sales)
    reference = {"collection": "accounts", "id": other["id"]}
    opportunity = await made(sales, "opportunities", {"name": "Card", "customer": reference})
    person, child = await contact(sales, account_id=other["id"]), await account(sales, parent_account_id=other["id"])
    was = await read(sales, "opportunities", opportunity)

    await merge(sales, "accounts", kept, other)
    moved = {**reference, "id": kept["id"], "name": kept["name"]}
    await becomes(sales, "opportunities", opportunity, customer=moved)
    await becomes(sales, "contacts", person, account_id=kept["id"])
    await becomes(sales, "accounts", child, parent_account_id=kept["id"])

    answer = await unmerge(sales, "accounts", kept, other)
    assert (answer["survivor"]["id"], answer["duplicate"]["id"]) == (kept["id"], other["id"])
    await becomes(sales, "opportunities", opportunity, customer=was["customer"])
    await becomes(sales, "contacts", person, account_id=other["id"])
    await becomes(sales, "accounts", child, parent_account_id=other["id"])


async def test_what_was_changed_since_stays_when_a_merge_is_undone(sales: Running) -> None:
    kept, other, third = [await account(sales) for _ in range(3)]
    first, second = [await contact(sales, account_id=other["id"]) for _ in range(2)]
    kept = await merge(sales, "accounts", kept, other, values={"industry": "Crafts"})
    for each in (first, second):
        await becomes(sales, "contacts", each, account_id=kept["id"])
    await sales.patch(f"/api/v1/contacts/{first['id']}", {"account_id": third["id"]})
    await sales.patch(f"/api/v1/contacts/{first['id']}", {"account_id": kept["id"]})
    await sales.patch(f"/api/v1/accounts/{kept['id']}", {"industry": "Tiles"})

    await unmerge(sales, "accounts", kept, other)

    await becomes(sales, "contacts", second, account_id=other["id"])
    assert (await read(sales, "contacts", first))["account_id"] == kept["id"]
    assert (await read(sales, "accounts", kept))["industry"] == "Tiles"


async def test_what_was_taken_over_is_given_back(sales: Running) -> None:
    kept, other = await contact(sales, tags=["vip"]), await contact(sales, phone="+351 21 000 0001", tags=["fair"])
    await merge(sales, "contacts", kept, other)

    answer = await unmerge(sales, "contacts", kept, other)

    assert (answer["survivor"]["phone"], answer["survivor"]["tags"]) == (None, ["vip"])
    assert (answer["duplicate"]["phone"], answer["duplicate"]["tags"]) == ("+351 21 000 0001", ["fair"])
    assert (await read(sales, "contacts", other))["id"] == other["id"]


async def test_a_chain_of_merges_leads_to_its_end_and_is_undone_from_there(sales: Running) -> None:
    first, second, third = [await account(sales) for _ in range(3)]
    person = await contact(sales, account_id=first["id"])
    await merge(sales, "accounts", second, first)
    await merge(sales, "accounts", third, second)

    assert (await read(sales, "accounts", first))["id"] == third["id"]
    await becomes(sales, "contacts", person, account_id=third["id"])
    status, refused = await sales.post(f"/api/v1/accounts/{third['id']}/unmerge", {"duplicate": first["id"]})
    assert (status, refused["code"]) == (409, "not_merged")

    await unmerge(sales, "accounts", third, second)
    assert (await read(sales, "accounts", first))["id"] == second["id"]
    await becomes(sales, "contacts", person, account_id=second["id"])

    await unmerge(sales, "accounts", second, first)
    await becomes(sales, "contacts", person, account_id=first["id"])


async def test_what_cannot_be_merged_is_refused_by_name(sales: Running) -> None:
    kept, other, third = [await contact(sales) for _ in range(3)]
    await merge(sales, "contacts", kept, other)

    async def refused(survivor: Record, *ids: str, **body: Any) -> tuple[int, str, str | None]:
        status, problem = await sales.post(
            f"/api/v1/contacts/{survivor['id']}/merge", {"duplicates": list(ids), **body}
        )
        errors = problem.get("errors") or [{"pointer": None}]
        return status, problem["code"], errors[0]["pointer"]

    assert await refused(kept, kept["id"]) == (422, "invalid_fields", "/duplicates/0")
    assert await refused(kept, third["id"], str(uuid4())) == (422, "invalid_fields", "/duplicates/1")
    assert await refused(third, other["id"]) == (409, "already_merged", None)
    assert await refused(kept, third["id"], values={"version": 7}) == (422, "invalid_fields", "/values/version")
    assert await refused(kept, third["id"], values={"email": "x"}) == (422, "invalid_fields", "/values/email")
    assert await refused(kept) == (422, "invalid_fields", "/duplicates")
    assert (await read(sales, "contacts", third))["version"] == 1


async def test_if_match_speaks_of_the_survivor(sales: Running) -> None:
    kept, other = await contact(sales), await contact(sales)
    path, body = f"/api/v1/contacts/{kept['id']}/merge", {"duplicates": [other["id"]]}

    status, refused = await sales.post(path, body, headers={"If-Match": '"7"'})
    assert (status, refused["code"]) == (412, "stale_version")
    status, _ = await sales.post(path, body, headers={"If-Match": '"1"'})
    assert status == 200


async def test_whoever_may_not_remove_the_duplicate_may_not_merge_it(sales: Running) -> None:
    kept, other = await contact(sales), await contact(sales)

    status, refused = await sales.post(
        f"/api/v1/contacts/{kept['id']}/merge", {"duplicates": [other["id"]]}, roles=("salesperson",)
    )

    assert (status, refused["code"]) == (403, "forbidden")


async def test_an_account_does_not_come_to_belong_to_itself(sales: Running) -> None:
    top = await account(sales)
    middle = await account(sales, parent_account_id=top["id"])
    below = await account(sales, parent_account_id=middle["id"])

    path = f"/api/v1/accounts/{below['id']}/merge"
    status, refused = await sales.post(path, {"duplicates": [top["id"]]})
    assert (status, refused["code"], refused["duplicate"]) == (409, "beneath_duplicate", top["id"])

    merged = await merge(sales, "accounts", below, middle)
    assert merged["parent_account_id"] == top["id"]


async def test_a_lead_with_an_opportunity_is_the_one_to_keep(sales: Running) -> None:
    person = {"topic": "Loan", "last_name": "Lee", "email": f"{uuid4().hex}@example.org"}
    kept, other = await made(sales, "leads", person), await made(sales, "leads", person)
    _, answer = await sales.post(f"/api/v1/leads/{other['id']}/qualify", {})

    status, refused = await sales.post(f"/api/v1/leads/{kept['id']}/merge", {"duplicates": [other["id"]]})
    assert (status, refused["code"]) == (409, "lead_has_opportunity")

    merged = await merge(sales, "leads", other, kept)
    assert (merged["state"], merged["opportunity_id"]) == ("qualified", answer["opportunity"]["id"])


async def test_what_was_merged_is_neither_listed_nor_in_the_recycle_bin(sales: Running) -> None:
    kept, other = await contact(sales), await contact(sales)
    await merge(sales, "contacts", kept, other)

    for path in ("contacts", "contacts/deleted"):
        _, page = await sales.get(f"/api/v1/{path}")
        assert other["id"] not in [each["id"] for each in page["value"]]
