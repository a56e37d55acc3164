"""Parked messages over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from libs.bus.message import Message
from libs.bus.parking import ParkedMessage, Reason
from libs.store.ids import new_id
from libs.web.parked_routes import PARKING
from libs.web.service import Service
from tests.support.services import Running, running

SERVICE = Service("sales")


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def service(started: Running) -> Running:
    await started.reset()
    return started


async def park(service: Running, consumer: str = "lead_intake", reason: Reason = Reason.EXHAUSTED) -> str:
    """Returns the id."""
    message = Message(new_id(), "sales.lead.created", b'{"email": "ada@example.com"}', {"traceparent": "00-1"})
    await service.app[PARKING].park(consumer, message, reason)
    return f"sales-{message.id}-{consumer}"


async def test_parked_messages_are_paged_oldest_first(service: Running) -> None:
    ids = [await park(service) for _ in range(5)]

    _, first = await service.get("/api/v1/parked?service=sales&$top=2&$count=true")
    _, second = await service.get(first["@odata.nextLink"])
    _, last = await service.get(second["@odata.nextLink"])

    assert [each["id"] for page in (first, second, last) for each in page["value"]] == ids
    assert [page["@odata.count"] for page in (first, second, last)] == [5, 5, 5]
    assert "@odata.nextLink" not in last


async def test_parked_messages_are_filtered_sorted_and_skipped(service: Running) -> None:
    exhausted = [await park(service) for _ in range(3)]
    invalid = await park(service, "copies", Reason.INVALID)

    _, wrong = await service.get("/api/v1/parked?$filter=reason eq 'invalid' and consumer eq 'copies'&$select=reason")
    _, newest = await service.get("/api/v1/parked?$orderby=id desc&$skip=1&$top=2")
    unknown, problem = await service.get("/api/v1/parked?$filter=body eq 'x'")

    assert wrong["value"] == [{"id": invalid, "reason": "invalid"}]
    assert [each["id"] for each in newest["value"]] == exhausted[:0:-1]
    assert (unknown, problem["errors"][0]["pointer"]) == (422, "$filter")


async def test_what_a_message_holds_is_shown_to_nobody(service: Running) -> None:
    one = await park(service)

    _, listed = await service.get("/api/v1/parked")
    _, alone = await service.get(f"/api/v1/parked/{one}")

    assert listed["value"] == [alone]
    assert alone.keys() == ParkedMessage.model_fields.keys()


async def test_parked_messages_are_an_administrators_business(service: Running) -> None:
    one = quote(await park(service))

    answers = [
        await service.get("/api/v1/parked", roles=("sales_manager",)),
        await service.post(f"/api/v1/parked/{one}/discard", roles=("sales_manager",)),
    ]

    assert [status for status, _ in answers] == [403, 403]


async def test_a_discarded_message_is_listed_no_more(service: Running) -> None:
    one = await park(service)

    status, _ = await service.post(f"/api/v1/parked/{one}/discard")

    assert (status, (await service.get("/api/v1/parked"))[1]["value"]) == (200, [])
    assert (await service.post(f"/api/v1/parked/{one}/discard"))[0] == 404
