"""Records told once more, to those who do not have them and to those who do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from libs.bus.bus import Bus
from libs.bus.memory import MemoryBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue
from libs.contracts.envelope import Envelope
from libs.domain.fields import Line
from libs.domain.record import Record
from libs.jobs import jobs
from libs.jobs.jobs import JobState
from libs.jobs.scheduler import INDEXES, Jobs
from libs.jobs.settings import JobSettings
from libs.store import copies
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.rows import commit_rows
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from libs.web.references import reference_copies
from libs.web.resource import Resource
from libs.web.service import Service
from libs.web.snapshots import PAGE, TakeSnapshot, snapshots
from tests.libs.bus.inlets import Received
from tests.support.services import Running, delete_queues, running
from tests.support.waiting import PATIENCE, eventually


class Tent(Record, collection="tents", aggregate="camp.tent"):
    name: Line


CAMP = Service("camp", resources=(Resource(Tent),))
MEADOW = Service("meadow", projections=(reference_copies("camp.tent.*"),))


@pytest.fixture
async def camp(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Running]:
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service


@pytest.fixture
async def tents(camp: Running) -> list[dict[str, Any]]:
    """Announced while nobody listened; the second was renamed, the third removed."""
    made = [(await camp.post("/api/v1/tents", {"name": name}))[1] for name in ("Red", "Blue", "Green")]
    await camp.patch(f"/api/v1/tents/{made[1]['id']}", {"name": "Azure"})
    await camp.delete(f"/api/v1/tents/{made[2]['id']}")

    async def all_published() -> bool:
        return not await camp.app[STORE].outbox.pending(older_than=timedelta(0), limit=1)

    await eventually(all_published)
    return made


@pytest.fixture
async def meadow(
    tents: list[dict[str, Any]], mongo_url: str, amqp_url: str, database_name: str
) -> AsyncIterator[Running]:
    """A service that begins to listen only now, as it does for each test."""
    async with running(MEADOW, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service
    await delete_queues(service.app, amqp_url)


async def rows_of(service: Running) -> dict[str, Document]:
    found = await service.app[STORE].collection(copies.COLLECTION).find().to_list(None)
    return {row["_id"]: row for row in found}


async def taken(camp: Running) -> dict[str, Any]:
    """The job of a snapshot, when it is done."""
    status, begun = await camp.post("/api/v1/tents/snapshot")
    assert status == 202

    async def ended() -> dict[str, Any] | None:
        _, job = await camp.get(f"/api/v1/jobs/{begun['id']}")
        return job if job["state"] == JobState.SUCCEEDED else None

    return await eventually(ended)


async def test_a_new_projection_is_filled_without_history(
    camp: Running, meadow: Running, tents: list[dict[str, Any]]
) -> None:
    assert await rows_of(meadow) == {}
    job = await taken(camp)

    async def filled() -> dict[str, Document] | None:
        rows = await rows_of(meadow)
        return rows if len(rows) == 2 else None

    rows = await eventually(filled)
    assert {row["name"] for row in rows.values()} == {"Red", "Azure"}
    assert (job["kind"], job["done"]) == ("snapshot", 2)


async def test_whoever_has_a_record_keeps_it_as_it_is(
    camp: Running, meadow: Running, tents: list[dict[str, Any]]
) -> None:
    subject = f"tents/{tents[0]['id']}"
    held = {"name": "as it was told at first", "deleted": False, "newness": (1 << 40) + 1}
    rows = meadow.app[STORE].collection(copies.COLLECTION)
    await rows.insert_one({"_id": subject, **held})

    await taken(camp)

    async def filled() -> bool:
        return len(await rows_of(meadow)) == 2

    await eventually(filled)
    assert (await rows_of(meadow))[subject] == {"_id": subject, **held}


async def test_only_administrators_take_snapshots(camp: Running) -> None:
    status, problem = await camp.post("/api/v1/tents/snapshot", roles=("sales_manager",))

    assert (status, problem["code"]) == (403, "forbidden")


async def test_a_snapshot_goes_on_where_it_was_when_the_broker_comes_back(mongo_url: str, database_name: str) -> None:
    settings, broker, heard = BusSettings(publish_timeout=1.0), MemoryBroker(), Received()
    store = await Store.open(
        mongo_url, database_name, service="camp", records=[Tent], indexes=INDEXES, seconds=PATIENCE
    )
    works = [UnitOfWork(store, Context()) for _ in range(2 * PAGE + 50)]
    tents = [work.add(Tent(id=new_id(), name="Red")) for work in works]
    await commit_rows(store, works)
    bus = Bus(store, broker, settings=settings)
    await bus.start()
    broker.subscribe(consumer_queue("meadow", "tents", ["camp.tent.restated"], settings), heard, prefetch=10_000)
    broker.connected = False
    kind = snapshots(bus)

    async def command(work: UnitOfWork) -> str:
        return jobs.begin(work, kind, TakeSnapshot(collection="tents")).id

    job_id = await store.run(command, Context(actor_id="user-1"))
    patience = JobSettings(poll_every=0.02, first_pause=0.02, longest_pause=0.05)
    async with Jobs(store, kinds=[kind], settings=patience).running():

        async def counted() -> bool:
            return (await jobs.find(store, job_id)).total is not None

        await eventually(counted)
        broker.connected = True

        async def ended() -> bool:
            return (await jobs.find(store, job_id)).state is JobState.SUCCEEDED

        await eventually(ended)
    told = [Envelope.from_json(delivery.message.body) for delivery in heard.deliveries]
    assert [event.record_id for event in told] == sorted(tent.id for tent in tents)
    assert {(event.sequence, event.actorid, event.restates) for event in told} == {(1, "user-1", True)}
    await bus.stop()
    await store.close()
