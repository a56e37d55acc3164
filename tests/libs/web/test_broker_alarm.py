"""A broker that is short of memory takes nothing from those who publish."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from pymongo import ReplaceOne

from deploy.local.home import Home
from deploy.local.nodes import Broker
from deploy.local.stack import stack
from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.domain.fields import Line
from libs.domain.record import Record
from libs.store.store import Store
from libs.web.executing import STORE
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.broker_tool import broker_tool
from tests.support.services import Running, running
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

WRITES = 300


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Line


@projection("arrivals", "harbour.boat.*")
async def note_arrivals(store: Store, envelopes: Sequence[Envelope]) -> None:
    """What the broker took and could not confirm before the alarm comes twice."""
    boats = [{"_id": each.record_id} for each in envelopes]
    await store.collection("arrivals").bulk_write([ReplaceOne(boat, {}, upsert=True) for boat in boats])


HARBOUR = Service("harbour", resources=(Resource(Boat),), projections=(note_arrivals,))


@pytest.fixture
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    """One of our own: an alarm holds up everybody."""
    home = Home(tmp_path_factory.mktemp("home"), private=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URL", raising=False)
        async with stack(home, services=[], mongo_url="mongodb://none.invalid") as nodes:
            yield nodes.nodes.broker


@pytest.fixture
async def harbour(broker: Broker, mongo_url: str, database_name: str) -> AsyncIterator[Running]:
    async with running(HARBOUR, mongo_url=mongo_url, amqp_url=broker.url(), database=database_name) as service:
        yield service


async def arrived(harbour: Running) -> int:
    return int(await harbour.app[STORE].collection("arrivals").count_documents({}))


async def health(harbour: Running) -> tuple[int, str]:
    status, body = await harbour.get("/readyz")
    return status, body["checks"]["rabbitmq"]


async def metrics(harbour: Running) -> str:
    async with harbour.session.get(f"{harbour.url}/metrics") as response:
        return await response.text()


async def test_writes_are_answered_through_an_alarm_and_their_events_flow_after_it(
    harbour: Running, broker: Broker
) -> None:
    async def write() -> str:
        status, boat = await harbour.post("/api/v1/boats", {"name": "Ada"})
        assert status == 201
        return str(boat["id"])

    await write()
    await eventually(lambda: arrived(harbour))
    await broker_tool(broker, "set_vm_memory_high_watermark", "absolute", "1")

    written: list[str] = []

    async def told() -> bool:
        """The broker says so to those who publish."""
        written.append(await write())
        return await health(harbour) == (200, "short of memory or disk; events wait in the database")

    await eventually(told)
    written += [await write() for _ in range(WRITES)]
    assert 'bus_flow{state="blocked"} 1.0' in await metrics(harbour)
    assert await harbour.app[STORE].collection("boats").count_documents({"_pending": {"$exists": True}}) >= WRITES

    await broker_tool(broker, "set_vm_memory_high_watermark", "absolute", "1GiB")

    async def flowed() -> bool:
        return await arrived(harbour) == len(written) + 1

    await eventually(flowed)

    async def open_again() -> bool:
        return await health(harbour) == (200, "ok")

    await eventually(open_again)
    assert 'bus_flow{state="open"} 1.0' in await metrics(harbour)
