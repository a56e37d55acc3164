"""A plain record class is a whole collection."""

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated

import pytest

from libs.contracts.values import Currency, Money
from libs.domain.directory import RoleEntry
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.people import Email
from libs.domain.record import Record
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import COLLEAGUE, Running, running


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Rival(Record, collection="rivals", aggregate="market.rival"):
    name: Annotated[Line, INDEXED, SEARCHED]
    email: Annotated[Email | None, INDEXED] = None
    size: Annotated[Size | None, LISTED] = None
    revenue: Annotated[Money | None, LISTED] = None
    currency: Currency | None = None
    parent_id: Annotated[str | None, LISTED, Lookup.to("rivals")] = None
    score: Annotated[int, GUARDED, LISTED] = 0


MARKET = Service("market", resources=(Resource(Rival),))


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(MARKET, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def market(started: Running) -> Running:
    await started.reset()
    return started


async def test_a_created_record_is_read_back_as_it_was_answered(market: Running) -> None:
    status, created = await market.post("/api/v1/rivals", {"name": "Acme", "email": "Info@Acme.example"})

    assert status == 201
    assert created["version"] == 1
    assert created["email"] == "info@acme.example"
    assert await market.get(f"/api/v1/rivals/{created['id']}") == (200, created)


async def test_bad_input_names_every_field_and_writes_nothing(market: Running) -> None:
    status, problem = await market.post("/api/v1/rivals", {"name": "", "email": "nobody", "size": "huge", "colour": 1})

    assert status == 422
    assert {error["pointer"] for error in problem["errors"]} == {"/name", "/email", "/size", "/colour"}
    assert (await market.get("/api/v1/rivals"))[1]["value"] == []


async def test_a_path_or_a_method_that_there_is_not_is_said_in_words(market: Running) -> None:
    missing = await market.get("/api/v1/nothing")
    impossible = await market.post("/api/v1/jobs")

    assert [(status, body["code"], body["detail"]) for status, body in (missing, impossible)] == [
        (404, "not_found", "there is no such path"),
        (405, "method_not_allowed", "POST is not possible here; possible: GET"),
    ]


@pytest.mark.parametrize("field", ["id", "version", "state", "owner_id", "score", "_id", "nonsense"])
async def test_guarded_fields_are_refused_in_create_and_patch(market: Running, field: str) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})

    for method, path in (("POST", "/api/v1/rivals"), ("PATCH", f"/api/v1/rivals/{created['id']}")):
        status, problem = await market.request(method, path, {"name": "Acme", field: "x"})
        assert (status, problem["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_a_merge_patch_changes_what_it_names_and_clears_by_null(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme", "email": "a@acme.example", "size": "small"})

    status, patched = await market.patch(f"/api/v1/rivals/{created['id']}", {"email": None, "size": "large"})

    assert (status, patched["version"], patched["email"], patched["size"]) == (200, 2, None, "large")
    assert patched["name"] == "Acme"


async def test_a_stale_if_match_is_412_and_changes_nothing(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})
    path = f"/api/v1/rivals/{created['id']}"
    await market.patch(path, {"name": "Second"})

    status, problem = await market.patch(path, {"name": "Third"}, headers={"If-Match": '"1"'})

    assert (status, problem["code"]) == (412, "stale_version")
    assert (await market.get(path))[1]["name"] == "Second"


async def test_a_removed_record_is_gone_for_readers(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})
    path = f"/api/v1/rivals/{created['id']}"

    assert (await market.delete(path))[0] == 204

    assert (await market.get(path))[0] == 404
    assert (await market.delete(path))[0] == 404
    assert (await market.get("/api/v1/rivals?$count=true"))[1] == {"value": [], "@odata.count": 0}


async def test_a_removed_record_waits_in_the_recycle_bin_and_is_restored(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})
    path = f"/api/v1/rivals/{created['id']}"
    await market.delete(path)

    _, waiting = await market.get("/api/v1/rivals/deleted?$filter=name eq 'Acme'&$count=true")
    status, restored = await market.post(f"{path}/restore")

    assert [(each["id"], each["version"]) for each in waiting["value"]] == [(created["id"], 2)]
    assert (status, restored["version"], restored["name"]) == (200, 3, "Acme")
    assert await market.get(path) == (200, restored)
    assert (await market.get("/api/v1/rivals/deleted?$count=true"))[1] == {"value": [], "@odata.count": 0}


async def test_only_what_was_removed_can_be_restored(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})

    status, problem = await market.post(f"/api/v1/rivals/{created['id']}/restore")

    assert (status, problem["code"]) == (409, "not_removed")
    assert (await market.post("/api/v1/rivals/nobody/restore"))[0] == 404


async def test_the_recycle_bin_is_for_those_who_may_remove(market: Running) -> None:
    for method, path in (("GET", "/api/v1/rivals/deleted"), ("POST", "/api/v1/rivals/any/restore")):
        assert (await market.request(method, path, roles=["salesperson"]))[0] == 403


async def test_the_recycle_bin_shows_what_the_caller_may_remove(market: Running) -> None:
    permissions = {"rivals": {"read": "all", "delete": "own"}}
    role = RoleEntry.model_validate({"id": "scout", "version": 1, "permissions": permissions})
    market.identities.people.roles.append(role)
    await market.app[DIRECTORY].reload()
    own, of_another = [(await market.post("/api/v1/rivals", {"name": name}))[1]["id"] for name in ("Acme", "Globex")]
    await market.post(f"/api/v1/rivals/{of_another}/assign", {"owner_id": COLLEAGUE})
    for each in (own, of_another):
        await market.delete(f"/api/v1/rivals/{each}")

    _, waiting = await market.get("/api/v1/rivals/deleted", roles=["scout"])
    refused, _ = await market.post(f"/api/v1/rivals/{of_another}/restore", roles=["scout"])
    restored, _ = await market.post(f"/api/v1/rivals/{own}/restore", roles=["scout"])

    assert [each["id"] for each in waiting["value"]] == [own]
    assert (refused, restored) == (403, 200)


async def test_lists_filter_sort_page_and_count(market: Running) -> None:
    records = [{"name": f"Rival {number}", "size": "small" if number % 2 else "large"} for number in range(5)]
    await market.post("/api/v1/rivals/bulk", {"records": records})

    _, page = await market.get("/api/v1/rivals?$filter=size eq 'large'&$orderby=name desc&$top=2&$count=true")
    _, rest = await market.get(page["@odata.nextLink"])

    assert [each["name"] for each in page["value"] + rest["value"]] == ["Rival 4", "Rival 2", "Rival 0"]
    assert page["@odata.count"] == 3
    assert "@odata.nextLink" not in rest


async def test_lists_are_filtered_by_times(market: Running) -> None:
    await market.post("/api/v1/rivals", {"name": "Acme"})

    _, since = await market.get("/api/v1/rivals?$filter=created_at ge 2020-01-01")
    _, before = await market.get("/api/v1/rivals?$filter=created_at lt 2020-01-01T00:00:00Z")

    assert ([each["name"] for each in since["value"]], before["value"]) == (["Acme"], [])


async def test_plain_records_are_deactivated_and_activated_by_actions_only(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})
    path = f"/api/v1/rivals/{created['id']}"

    assert (await market.post(f"{path}/deactivate"))[1]["state"] == "inactive"
    status, problem = await market.post(f"{path}/deactivate")

    assert (status, problem["code"], problem["open_actions"]) == (409, "move_not_allowed", ["activate"])


async def test_one_idempotency_key_has_one_effect(market: Running) -> None:
    keyed = {"Idempotency-Key": "once"}

    answers = await asyncio.gather(*(market.post("/api/v1/rivals", {"name": "Acme"}, headers=keyed) for _ in range(8)))

    assert {status for status, _ in answers} == {201}
    assert len({answer["id"] for _, answer in answers}) == 1
    _, reused = await market.post("/api/v1/rivals", {"name": "Other"}, headers=keyed)
    assert reused["code"] == "idempotency_key_reused"
    assert (await market.get("/api/v1/rivals?$count=true"))[1]["@odata.count"] == 1


async def test_an_action_repeated_under_its_key_answers_as_the_first_time(market: Running) -> None:
    _, created = await market.post("/api/v1/rivals", {"name": "Acme"})
    path = f"/api/v1/rivals/{created['id']}/deactivate"

    first = await market.post(path, headers={"Idempotency-Key": "off"})

    assert await market.post(path, headers={"Idempotency-Key": "off"}) == first


async def test_a_bulk_repeated_under_its_key_resumes_row_by_row(market: Running) -> None:
    records = [{"name": "One"}, {"name": ""}, {"name": "Three"}]
    keyed = {"Idempotency-Key": "bulk"}

    _, first = await market.post("/api/v1/rivals/bulk", {"records": records}, headers=keyed)
    _, again = await market.post("/api/v1/rivals/bulk", {"records": records}, headers=keyed)

    assert [result["status"] for result in first["results"]] == [201, 422, 201]
    assert again == first
    assert (await market.get("/api/v1/rivals?$count=true"))[1]["@odata.count"] == 2


async def test_a_reference_must_lead_somewhere(market: Running) -> None:
    status, problem = await market.post("/api/v1/rivals", {"name": "Acme", "parent_id": "nobody"})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/parent_id")


async def test_in_a_bulk_a_pointer_leads_into_its_own_record(market: Running) -> None:
    records = [{"name": "Acme"}, {"name": "Lost", "parent_id": "nobody"}, {"name": ""}]

    _, answer = await market.post("/api/v1/rivals/bulk", {"records": records})

    pointers = [result["problem"]["errors"][0]["pointer"] for result in answer["results"][1:]]
    assert pointers == ["/parent_id", "/name"]


async def test_an_amount_finer_than_its_currency_is_refused(market: Running) -> None:
    fine = {"name": "Acme", "revenue": 1.005, "currency": "EUR"}

    status, problem = await market.post("/api/v1/rivals", fine)
    _, stored = await market.post("/api/v1/rivals", {**fine, "revenue": 1.25})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/revenue")
    assert stored["revenue"] == 1.25


async def test_a_caller_without_the_right_is_refused(market: Running) -> None:
    status, problem = await market.post("/api/v1/rivals", {"name": "Acme"}, roles=["read_only"])

    assert (status, problem["code"]) == (403, "forbidden")
