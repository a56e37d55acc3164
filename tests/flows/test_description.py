"""The API describes itself, and does what it describes."""

from typing import Any

import pytest
from aiohttp import ClientSession
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.local.stack import Stack
from tests.flows.people import Organisation
from tests.support.calling import Answer, Caller
from tests.support.operations import Operation, operations_in
from tests.support.waiting import eventually

WRITING = ("POST", "PATCH", "PUT")


@pytest.fixture(scope="module")
async def document(suite: Stack, session: ClientSession) -> dict[str, Any]:
    """As it is once every service has had the time to write its part."""

    async def look() -> dict[str, Any] | None:
        async with session.get(f"{suite.url('gateway')}/openapi.json") as response:
            described: dict[str, Any] = await response.json()
        return None if "x-missing" in described["info"] else described

    return await eventually(look)


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return list(operations_in(document))


async def test_the_merged_document_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


async def test_the_merged_document_lacks_no_service(document: dict[str, Any]) -> None:
    services = {service for item in document["paths"].values() for service in item["x-services"]}

    assert "x-missing" not in document["info"]
    assert services == {
        "gateway", "identity", "sales", "marketing", "service", "activity", "reporting", "journal"
    }  # fmt: skip


async def test_strangers_are_asked_to_sign_in_wherever_the_document_says_so(
    operations: list[Operation], stranger: Caller
) -> None:
    guarded = [operation for operation in operations if not operation.public]
    answers = {str(each): (await ask(stranger, each)).status for each in guarded}

    assert {operation: status for operation, status in answers.items() if status != 401} == {}


async def test_every_operation_of_the_document_is_served(
    operations: list[Operation], organisation: Organisation
) -> None:
    admin = await organisation.signed_in("administrator")
    answers = {str(each): await ask(admin, each) for each in operations if not each.public}

    assert {operation: answer.status for operation, answer in answers.items() if not served(answer)} == {}


async def ask(caller: Caller, operation: Operation) -> Answer:
    nothing: dict[str, Any] = {}
    return await caller.ask(operation.method, operation.path, nothing if operation.method in WRITING else None)


def served(answer: Answer) -> bool:
    """A service that knows the route misses the record, or has something to say against the empty body."""
    if answer.status == 404:
        return bool(answer.body["detail"].startswith("no") and answer.code == "not_found")
    return answer.status < 500 and answer.status not in {401, 403, 405}


async def test_the_page_about_the_api_needs_nothing_from_elsewhere(suite: Stack, session: ClientSession) -> None:
    async with session.get(f"{suite.url('gateway')}/docs") as response:
        page = await response.text()

    assert response.status == 200
    assert "https://" not in page
