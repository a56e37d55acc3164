"""The bus of a service whose connections fail: by itself it is back, and every effect is there once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from libs.bus.definitions import consumer
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue
from libs.contracts.envelope import Envelope
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import qualified
from tests.libs.bus.inlets import Received
from tests.libs.bus.proxy import Proxy

CREATED = "sales.customer.created"


@consumer("conversion", CREATED, "sales.lead.*")
async def note(work: UnitOfWork, envelope: Envelope) -> None:
    work.put("notes", {"_id": work.new_id(), "of": envelope.id})


@pytest.fixture
def through(proxy: Proxy, service: str, settings: BusSettings) -> RabbitBroker:
    """A broker whose connections pass the proxy. Both ends find out soon that they hear nothing any more."""
    attentive = replace(settings, publish_timeout=0.5, probe_every=0.3, probe_timeout=0.3, heartbeat=1)
    return RabbitBroker(proxy.url, name=service, settings=attentive)


@pytest.fixture
async def witness(rabbit: RabbitBroker, service: str, settings: BusSettings) -> AsyncIterator[Received]:
    """Sees every publication of the service, by a connection without faults."""
    seen = Received()
    watching = rabbit.subscribe(consumer_queue(service, "second", [CREATED], settings), seen, prefetch=9)
    await eventually(lambda: watching.active)
    yield seen
    await watching.close()


async def create(store: Store) -> None:
    async def command(work: UnitOfWork) -> None:
        work.add(Customer(id=new_id(), name="Ada"))

    await store.run(command, Context())


async def settled(store: Store, *events: str) -> bool:
    """Whether each of these has had its effect, once, and nothing else; and whether nothing waits to be published."""
    noted = [each["of"] for each in await store.collection("notes").find({}).to_list(None)]
    depth = await store.outbox.depth()
    return sorted(noted) == sorted(events) and depth["waiting"] == 0


async def test_an_event_whose_confirmation_was_swallowed_is_published_again_and_has_one_effect(
    start: Start, announce: Announce, store: Store, *, proxy: Proxy, through: RabbitBroker, witness: Received
) -> None:
    await start(note, broker=through)

    proxy.mute_broker()
    await create(store)
    await eventually(lambda: len(witness.ids) == 1)
    await eventually(lambda: not through.connected)
    proxy.cut()
    proxy.thaw()

    await eventually(lambda: len(witness.ids) >= 2)
    (created,) = set(witness.ids)
    later = qualified()
    await announce(later)
    await eventually(lambda: settled(store, created, later.id))


async def test_a_service_whose_connections_are_half_open_is_back_by_itself(
    start: Start, announce: Announce, store: Store, *, proxy: Proxy, through: RabbitBroker, witness: Received
) -> None:
    bus = await start(note, broker=through)
    held, later = qualified(), qualified()

    proxy.strand()
    await announce(held)
    await create(store)
    await eventually(lambda: len(witness.ids) > 0)
    await announce(later)

    await eventually(lambda: settled(store, witness.ids[0], held.id, later.id))
    await eventually(lambda: bus.ready)
