"""Events that no queue wanted, over HTTP."""

from typing import Any

import aio_pika
import pytest

from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope
from tests.services.journal.conftest import Made
from tests.services.journal.reading import listed
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/unrouted"


@pytest.fixture
async def unwanted(events: Running, amqp_url: str, made: Made) -> Envelope:
    """One that lies there, put there as the broker does it. Whoever looks at them holds them for a moment."""
    (event,) = made(1)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(BusSettings().unrouted)
        await queue.purge()
        exchange = await channel.get_exchange(BusSettings().unrouted)
        message = aio_pika.Message(event.to_json(), message_id=event.id, type=event.type)
        await exchange.publish(message, routing_key=event.type)

        async def is_there() -> bool:
            return (await queue.declare()).message_count == 1

        await eventually(is_there)
    return event


async def _listed(events: Running, event: Envelope) -> dict[str, Any] | None:
    _, page = await events.get(f"{PATH}?top=500")
    return next((each for each in page["value"] if each["id"] == event.id), None)


async def _kept(events: Running, event: Envelope) -> bool:
    return event.id in {each["id"] for each in await listed(events, f"types={event.type}")}


async def test_they_are_listed_without_what_they_hold(events: Running, unwanted: Envelope) -> None:
    shown = await _listed(events, unwanted)

    assert shown is not None
    assert shown.keys() == {"id", "type", "subject", "time", "bytes"}
    assert (shown["type"], shown["subject"]) == (unwanted.type, unwanted.subject)


async def test_a_replayed_event_is_journalled(events: Running, unwanted: Envelope) -> None:
    status, settled = await events.post(f"{PATH}/replay", {"ids": [unwanted.id]})

    assert (status, settled["done"]) == (200, 1)
    await eventually(lambda: _kept(events, unwanted))


async def test_a_discarded_event_is_gone(events: Running, unwanted: Envelope) -> None:
    _, settled = await events.post(f"{PATH}/discard", {"ids": [unwanted.id]})

    async def gone() -> bool:
        return await _listed(events, unwanted) is None

    assert settled["done"] == 1
    await eventually(gone)


@pytest.mark.parametrize("top", ["0", "501", "many"])
async def test_a_page_has_bounds(events: Running, top: str) -> None:
    status, problem = await events.get(f"{PATH}?top={top}")

    assert (status, problem["errors"][0]["pointer"]) == (422, "top")


@pytest.mark.parametrize("roles", [["sales_manager"], []])
async def test_they_are_for_administrators(events: Running, roles: list[str]) -> None:
    assert (await events.get(PATH, roles=roles))[0] == 403
    assert (await events.post(f"{PATH}/replay", {}, roles=roles))[0] == 403
