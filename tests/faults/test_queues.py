"""Messages that nobody can handle, and queues that somebody has deleted."""

from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from deploy.rabbitmq.definitions import VIRTUAL_HOST
from libs.bus.settings import BusSettings
from libs.bus.topology import queue_name
from libs.contracts.envelope import CONTENT_TYPE
from tests.faults.evidence import Document, depths
from tests.faults.load import load
from tests.faults.scene import Scene
from tests.support.events import envelope
from tests.support.machine import allowing
from tests.support.waiting import eventually

RECOVERED_WITHIN = 10.0
RESPONSE = "activity.campaign_response.created"
POISONED = {
    ("sales", "lead_intake"): {"malformed", "invalid", "unknown_version"},
    ("activity", "timeline"): {"malformed", "unknown_version"},
    ("journal", "events"): {"malformed", "unknown_version"},
}
"""By consumer, the reasons for which a message is parked."""


@pytest.fixture
async def channel(scene: Scene) -> AsyncIterator[AbstractChannel]:
    """The operator's."""
    async with await aio_pika.connect(scene.suite.nodes.broker.url()) as connection:
        yield await connection.channel()


def poisons() -> dict[str, bytes]:
    """What can be wrong with a message, by the reason for which it is parked."""
    good = envelope(RESPONSE, "activities", {"response": "interested"}).to_json()
    return {
        "malformed": b'{"specversion": "1.0", "type":',
        "invalid": envelope(RESPONSE, "activities", {"response": ["interested"], "type": 7}).to_json(),
        "unknown_version": good.replace(b":v1", b":v9"),
    }


async def test_poison_is_parked_and_its_neighbours_are_handled(scene: Scene, channel: AbstractChannel) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on(30)
        for (service, consumer), reasons in POISONED.items():
            for reason in reasons:
                message = aio_pika.Message(poisons()[reason], content_type=CONTENT_TYPE)
                await channel.default_exchange.publish(message, queue_name(service, consumer))
        await work.goes_on(30)

    for (service, consumer), reasons in POISONED.items():

        async def all_parked(service: str = service, count: int = len(reasons)) -> list[Document]:
            parked = await scene.databases.parked(service)
            return parked if len(parked) == count else []

        parked = await eventually(all_parked, within=allowing(RECOVERED_WITHIN))
        assert {each["reason"] for each in parked} == reasons
        assert {each["consumer"] for each in parked} == {consumer}
        for each in parked:
            await scene.caller.post(f"parked/{each['_id']}/discard")
    await scene.holds(ledger)


async def test_a_queue_that_was_deleted_is_there_again_and_used(scene: Scene, channel: AbstractChannel) -> None:
    """What lay in it went with it, so it is deleted while it is empty."""
    ledger = scene.ledger()
    await scene.holds(ledger)

    await channel.queue_delete("sales.lead_intake")

    async def declared() -> bool:
        return "sales.lead_intake" not in await depths(scene.suite.nodes.broker.url())

    await eventually(declared, within=allowing(RECOVERED_WITHIN))
    async with load(ledger) as work:
        await work.goes_on(60)
    await scene.holds(ledger)


async def test_a_binding_that_was_removed_is_there_again(scene: Scene, channel: AbstractChannel) -> None:
    queue = await channel.get_queue("sales.lead_intake", ensure=False)
    events = await channel.get_exchange(BusSettings().exchange)

    async def bound() -> bool:
        listed = await scene.broker_tool("list_bindings", "--vhost", VIRTUAL_HOST, "destination_name", "routing_key")
        return f"{queue.name}\t{RESPONSE}" in listed

    async def gone() -> bool:
        """Unless the service, which looks by itself, was quicker than this look."""
        await queue.unbind(events, RESPONSE)
        return not await bound()

    await eventually(gone)
    await eventually(bound, within=allowing(2 * RECOVERED_WITHIN))
