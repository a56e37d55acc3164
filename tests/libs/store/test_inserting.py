"""Creates of several commands at a time: written together, each with an outcome of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson.errors import InvalidDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConnectionFailure, DuplicateKeyError, ExecutionTimeout, PyMongoError, WriteConcernError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from libs.domain.refusals import Unavailable
from libs.store.context import Context
from libs.store.errors import Duplicate, OutcomeUnknown
from libs.store.inserting import LARGEST_TOGETHER, MOST_TOGETHER, Inserts
from libs.store.mongo import Client, Collection, database
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.faults import NETWORK, UNKNOWN_AFTER_EFFECT, Faults, slow
from tests.libs.store.orders import Order, Parcel, order
from tests.support.waiting import PATIENCE

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


class Notes:
    """One collection, and the way into it."""

    def __init__(self, client: Client, collection: Collection) -> None:
        self.collection = collection
        self._inserts = Inserts(client, lambda _: collection)

    async def insert(self, document: dict[str, Any]) -> None:
        await self._inserts.insert({"notes": [document]}, deadline=time.monotonic() + PATIENCE)

    async def insert_all(self, documents: list[dict[str, Any]]) -> list[Outcome]:
        return await asyncio.gather(*(self.insert(each) for each in documents), return_exceptions=True)

    async def ids(self) -> list[int]:
        return [each["_id"] for each in await self.collection.find({}).sort("_id", 1).to_list(None)]


@pytest.fixture
async def notes(mongo_url: str, database_name: str, writes: Writes) -> AsyncIterator[Notes]:
    client: Client = AsyncIOMotorClient(mongo_url, event_listeners=[writes])
    yield Notes(client, database(client, database_name)["notes"])
    client.close()


async def create(store: Store, customer: str, number: int | None = None) -> Order:
    async def command(work: UnitOfWork) -> Order:
        return work.add(order(customer, number=number))

    return await store.run(command, Context())


async def create_all(store: Store, count: int) -> list[Order | BaseException]:
    return await asyncio.gather(*(create(store, str(number)) for number in range(count)), return_exceptions=True)


async def test_what_comes_at_once_is_written_together(notes: Notes, writes: Writes) -> None:
    count = 2 * MOST_TOGETHER + 1

    assert await notes.insert_all([{"_id": number} for number in range(count)]) == [None] * count

    assert await notes.ids() == list(range(count))
    assert writes.sizes == [MOST_TOGETHER, MOST_TOGETHER, 1]


async def test_what_comes_alone_waits_for_nobody(notes: Notes, writes: Writes) -> None:

    for number in range(3):
        await notes.insert({"_id": number})

    assert writes.sizes == [1, 1, 1]


async def test_a_large_document_is_written_alone(notes: Notes, writes: Writes) -> None:
    bodies = ["small", "x" * LARGEST_TOGETHER, "small", "small"]

    await notes.insert_all([{"_id": number, "body": body} for number, body in enumerate(bodies)])

    assert writes.sizes == [1, 1, 2]


@pytest.mark.parametrize("ids", [[1], [0, 1, 2]], ids=["alone", "among others"])
async def test_given_a_key_that_is_taken_then_only_that_document_is_refused(notes: Notes, ids: list[int]) -> None:
    await notes.insert({"_id": 1})

    outcomes = dict(zip(ids, await notes.insert_all([{"_id": each} for each in ids]), strict=True))

    refused = outcomes.pop(1)
    assert isinstance(refused, DuplicateKeyError)
    assert refused.details is not None
    assert refused.details["keyPattern"] == {"_id": 1}
    assert set(outcomes.values()) <= {None}


@pytest.mark.parametrize("unfit", [{"_id": 1, "number": 1 << 64}, {"_id": 1, "number": object()}])
async def test_given_a_document_that_cannot_be_stored_then_it_stops_no_other(
    notes: Notes, unfit: dict[str, Any]
) -> None:
    outcomes = await notes.insert_all([{"_id": 0}, unfit, {"_id": 2}])

    assert isinstance(outcomes[1], OverflowError | InvalidDocument)
    assert await notes.ids() == [0, 2]


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


@pytest.mark.parametrize(
    ("failure", "errors"),
    [(NETWORK, (ConnectionFailure, ExecutionTimeout)), (UNKNOWN_AFTER_EFFECT, (WriteConcernError,))],
)
async def test_given_a_server_that_fails_then_all_hear_so_and_the_next_is_written(
    hasty_store: Store, faults: Faults, failure: dict[str, Any], errors: tuple[type[PyMongoError], ...]
) -> None:
    notes = Notes(hasty_store.database.client, hasty_store.collection("orders"))

    async with faults.failing("insert", how=failure):
        outcomes = await notes.insert_all([{"_id": number} for number in range(3)])
    await notes.insert({"_id": 3})

    assert all(isinstance(each, errors) for each in outcomes), outcomes
    assert 3 in await notes.ids()


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
    async with faults.failing("insert", how=slow(2_400)) as point:
        first = asyncio.create_task(create_all(hasty_store, 1))
        await point.entered()
        behind = await create_all(hasty_store, 3)
        refused = [*await first, *behind]

    assert all(isinstance(each, Unavailable) for each in refused)
    assert await point.passed() == 1


class Transactions(CommandListener):
    """What transactions wrote: the collection and number of documents of each insert, and `committed` at the end."""

    def __init__(self) -> None:
        self.commands: list[object] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "insert":
            self.commands.append((event.command["insert"], len(event.command["documents"])))
        elif event.command_name == "commitTransaction":
            self.commands.append("committed")

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


async def ship(store: Store, number: int, *, claim: str | None = None) -> Order:
    """An order with its parcel and a claim: three documents in three collections."""

    async def command(work: UnitOfWork) -> Order:
        added = work.add(order(str(number)))
        work.add(Parcel(id=work.new_id(), order_id=added.id))
        work.take_claim("customer", claim or str(number), added.id)
        if work.attempt > 1:
            raise LookupError("somebody has the claim")
        return added

    return await store.run(command, Context())


async def ship_all(store: Store, claims: list[str]) -> list[type]:
    outcomes = await asyncio.gather(
        *(ship(store, number, claim=claim) for number, claim in enumerate(claims)), return_exceptions=True
    )
    return [type(each) for each in outcomes]


async def counted(store: Store) -> list[int]:
    return [await store.collection(name).count_documents({}) for name in ("orders", "parcels", "claims")]


async def test_what_comes_at_once_in_several_collections_is_written_in_one_transaction(
    mongo_url: str, database_name: str
) -> None:
    seen = Transactions()
    client: Client = AsyncIOMotorClient(mongo_url, event_listeners=[seen])
    inserts = Inserts(client, database(client, database_name).__getitem__)
    deadline = time.monotonic() + PATIENCE

    await asyncio.gather(
        *(inserts.insert({"a": [{"_id": number}], "b": [{"_id": number}]}, deadline=deadline) for number in range(3))
    )
    client.close()

    assert seen.commands == [("a", 3), ("b", 3), "committed"]


async def test_given_some_whose_claim_is_taken_then_the_others_are_written_whole(
    store: Store, committed: list[Pending]
) -> None:
    claims = ["a", "b", "a", "c", "d", "d", "e"]

    outcomes = await ship_all(store, claims)

    assert outcomes == [Order, Order, LookupError, Order, Order, LookupError, Order]
    assert await counted(store) == [5, 5, 5]
    assert len(committed) == 10


async def test_given_a_transient_failure_then_all_of_them_are_written_once(faulty_store: Store, faults: Faults) -> None:
    async with faults.failing("insert", how=NETWORK, times=2) as point:
        outcomes = await ship_all(faulty_store, ["a", "b", "c"])
        await point.entered(times=2)

    assert outcomes == [Order] * 3
    assert await counted(faulty_store) == [3, 3, 3]


async def test_given_an_unknown_commit_until_the_deadline_then_all_hear_so_and_all_is_whole_or_absent(
    faulty_store: Store, hasty_store: Store, faults: Faults
) -> None:
    async with faults.failing("commitTransaction", how=UNKNOWN_AFTER_EFFECT):
        outcomes = await ship_all(hasty_store, ["a", "b"])

    assert outcomes == [OutcomeUnknown] * 2
    assert len(set(await counted(faulty_store))) == 1
