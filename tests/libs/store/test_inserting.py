"""Creates of several commands at a time: written together, each with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson.errors import InvalidDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import AutoReconnect, DuplicateKeyError, PyMongoError, WriteConcernError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from libs.domain.refusals import Unavailable
from libs.store.context import Context
from libs.store.errors import Duplicate
from libs.store.inserting import LARGEST_TOGETHER, MOST_TOGETHER, Inserts
from libs.store.mongo import Client, Collection, database
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.faults import NETWORK, UNKNOWN_AFTER_EFFECT, Faults, slow
from tests.libs.store.orders import Order, order

pytestmark = pytest.mark.xdist_group("faulty_mongo")

Outcome = BaseException | None


class Writes(CommandListener):
    """How many documents each write had."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "insert":
            self.sizes.append(len(event.command["documents"]))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture
def writes() -> Writes:
    return Writes()


@pytest.fixture
async def collection(mongo_url: str, database_name: str, writes: Writes) -> AsyncIterator[Collection]:
    client: Client = AsyncIOMotorClient(mongo_url, event_listeners=[writes])
    yield database(client, database_name)["notes"]
    client.close()


async def insert_all(inserts: Inserts, documents: list[dict[str, Any]]) -> list[Outcome]:
    return await asyncio.gather(*(inserts.insert(each) for each in documents), return_exceptions=True)


async def ids_in(collection: Collection) -> list[int]:
    return [each["_id"] for each in await collection.find({}).sort("_id", 1).to_list(None)]


async def create(store: Store, customer: str, number: int | None = None) -> Order:
    async def command(work: UnitOfWork) -> Order:
        return work.add(order(customer, number=number))

    return await store.run(command, Context())


async def create_all(store: Store, count: int) -> list[Order | BaseException]:
    return await asyncio.gather(*(create(store, str(number)) for number in range(count)), return_exceptions=True)


async def test_what_comes_at_once_is_written_together(collection: Collection, writes: Writes) -> None:
    count = 2 * MOST_TOGETHER + 1

    assert await insert_all(Inserts(collection), [{"_id": number} for number in range(count)]) == [None] * count

    assert await ids_in(collection) == list(range(count))
    assert writes.sizes == [MOST_TOGETHER, MOST_TOGETHER, 1]


async def test_what_comes_alone_waits_for_nobody(collection: Collection, writes: Writes) -> None:
    inserts = Inserts(collection)

    for number in range(3):
        await inserts.insert({"_id": number})

    assert writes.sizes == [1, 1, 1]


async def test_a_large_document_is_written_alone(collection: Collection, writes: Writes) -> None:
    bodies = ["small", "x" * LARGEST_TOGETHER, "small", "small"]

    await insert_all(Inserts(collection), [{"_id": number, "body": body} for number, body in enumerate(bodies)])

    assert writes.sizes == [1, 1, 2]


@pytest.mark.parametrize("ids", [[1], [0, 1, 2]], ids=["alone", "among others"])
async def test_given_a_key_that_is_taken_then_only_that_document_is_refused(
    collection: Collection, ids: list[int]
) -> None:
    inserts = Inserts(collection)
    await inserts.insert({"_id": 1})

    outcomes = dict(zip(ids, await insert_all(inserts, [{"_id": each} for each in ids]), strict=True))

    refused = outcomes.pop(1)
    assert isinstance(refused, DuplicateKeyError)
    assert refused.details is not None
    assert refused.details["keyPattern"] == {"_id": 1}
    assert set(outcomes.values()) <= {None}


@pytest.mark.parametrize("unfit", [{"_id": 1, "number": 1 << 64}, {"_id": 1, "number": object()}])
async def test_given_a_document_that_cannot_be_stored_then_it_stops_no_other(
    collection: Collection, unfit: dict[str, Any]
) -> None:
    outcomes = await insert_all(Inserts(collection), [{"_id": 0}, unfit, {"_id": 2}])

    assert isinstance(outcomes[1], OverflowError | InvalidDocument)
    assert await ids_in(collection) == [0, 2]


async def test_given_a_rival_in_the_same_write_then_each_command_hears_its_own_outcome(
    store: Store, committed: list[Pending]
) -> None:
    outcomes = await asyncio.gather(
        create(store, "before"),
        create(store, "first", number=1),
        create(store, "second", number=1),
        create(store, "after"),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [Order, Order, Duplicate, Order]
    assert len(committed) == 3


@pytest.mark.parametrize(("failure", "error"), [(NETWORK, AutoReconnect), (UNKNOWN_AFTER_EFFECT, WriteConcernError)])
async def test_given_a_server_that_fails_then_all_hear_so_and_the_next_is_written(
    hasty_store: Store, faults: Faults, failure: dict[str, Any], error: type[PyMongoError]
) -> None:
    orders = hasty_store.collection("orders")
    inserts = Inserts(orders)

    async with faults.failing("insert", how=failure):
        outcomes = await insert_all(inserts, [{"_id": number} for number in range(3)])
    await inserts.insert({"_id": 3})

    assert [isinstance(each, error) for each in outcomes] == [True] * 3
    assert 3 in await ids_in(orders)


async def test_given_a_connection_that_breaks_once_then_nobody_hears_of_it(
    faulty_store: Store, faults: Faults, committed_there: list[Pending]
) -> None:
    async with faults.failing("insert", how=NETWORK, times=1) as point:
        created = await create_all(faulty_store, 5)
        await point.entered()

    assert [type(each) for each in created] == [Order] * 5
    assert await faulty_store.collection("orders").count_documents({}) == 5
    assert len(committed_there) == 5


async def test_given_a_server_that_does_not_answer_then_those_behind_hear_so_in_time_too(
    hasty_store: Store, faults: Faults
) -> None:
    async with faults.failing("insert", how=slow(1_200)) as point, asyncio.timeout(2.2):
        first = asyncio.create_task(create_all(hasty_store, 1))
        await point.entered()
        behind = await create_all(hasty_store, 3)
        refused = [*await first, *behind]

    assert all(isinstance(each, Unavailable) for each in refused)
