"""Outages of minutes, and what an operator can do wrong."""

import asyncio
from uuid import uuid4

import aio_pika
import pytest

from deploy.rabbitmq.definitions import VIRTUAL_HOST
from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope
from tests.faults.ledger import Ledger, Outcome
from tests.faults.load import load
from tests.faults.scene import Scene
from tests.faults.test_repeats import announced
from tests.support.machine import allowing
from tests.support.waiting import eventually

pytestmark = pytest.mark.full

DRAINED_WITHIN = 180.0
AWAY = 120.0


def not_ok(ledger: Ledger) -> list[str]:
    return [str(entry) for entry in ledger.entries if entry.outcome is not Outcome.OK]


async def test_the_api_accepts_while_the_broker_is_away_and_the_backlog_drains(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger):
        await scene.suite.stop("rabbitmq")
        await asyncio.sleep(AWAY)
        await scene.suite.resume("rabbitmq")
    assert not_ok(ledger) == []
    await scene.holds(ledger, within=DRAINED_WITHIN)


async def test_the_api_accepts_while_the_broker_has_a_memory_alarm(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on(60)
        await scene.broker_tool("set_vm_memory_high_watermark", "absolute", "1")
        try:
            await asyncio.sleep(30)
        finally:
            await scene.broker_tool("set_vm_memory_high_watermark", "absolute", "1GiB")
    assert not_ok(ledger) == []
    await scene.holds(ledger)


async def test_connections_that_are_reset_every_five_seconds_lose_nothing(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on(60)
        for _ in range(8):
            await scene.broker_tool("close_all_connections", "reset by a test")
            await asyncio.sleep(5)
    assert not_ok(ledger) == []
    await scene.holds(ledger)


@pytest.mark.parametrize("copy", [0, 1])
async def test_a_frozen_copy_loses_its_duties_to_the_other(scene: Scene, copy: int) -> None:
    """One of the two copies has the lease of the sweeper; it is frozen in one of the two runs."""
    leases = scene.databases.collection("sales", "leases")
    ledger = scene.ledger()

    async def held_anew() -> bool:
        lease = await leases.find_one({"_id": "sweeper", "$expr": {"$gt": ["$expires_at", {"$add": ["$$NOW", 2000]}]}})
        return lease is not None

    async with load(ledger) as work:
        await work.goes_on(60)
        with scene.frozen("sales", copy):
            await asyncio.sleep(15)
            await eventually(held_anew)
            holder = await leases.find_one({"_id": "sweeper"})
            await asyncio.sleep(15)
        after = await leases.find_one({"_id": "sweeper"})
    assert holder is not None
    assert after is not None
    assert (after["holder"], after["token"]) == (holder["holder"], holder["token"])
    await scene.holds(ledger)


async def test_an_exchange_that_was_deleted_takes_no_event_with_it(scene: Scene) -> None:
    """What is published before everybody is bound again is in the journal, or among the unrouted, to be sent again."""
    settings = BusSettings()
    ledger = scene.ledger()
    await scene.holds(ledger)
    bound = await bindings(scene)
    url = scene.suite.nodes.broker.url()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        unrouted = await channel.declare_queue(settings.unrouted, passive=True)
        await unrouted.purge()
        await channel.exchange_delete(settings.exchange)
        for _ in range(20):
            await ledger.ask("POST", "accounts", {"name": f"Account {uuid4().hex}"})
        wanted = {subject for entry in ledger.of(Outcome.OK) for subject, _ in entry.records()}
        found: dict[str, Envelope] = {}

        async def all_found() -> bool:
            while (message := await unrouted.get(fail=False)) is not None:
                event = Envelope.from_json(message.body)
                found[event.subject] = event
                await message.ack()
            found.update({event.subject: event for event in (await scene.databases.look()).events})
            return wanted <= found.keys()

        await eventually(all_found, within=allowing(30.0), every=0.5)
    assert len(wanted) == 20

    async def all_bound() -> bool:
        return await bindings(scene) == bound

    await eventually(all_bound, within=allowing(30.0), every=0.5)
    await announced(url, [found[subject] for subject in wanted])
    await scene.holds(ledger)


async def bindings(scene: Scene) -> int:
    """How many durable queues are bound to the exchange of events, by how many keys."""
    listed = await scene.broker_tool("list_bindings", "--vhost", VIRTUAL_HOST, "source_name", "destination_name")
    return sum(line.startswith(BusSettings().exchange) for line in listed.splitlines())
