"""Writing at once, whole, and once, whatever happens between the store and the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from libs.domain.refusals import Unavailable
from libs.store.context import Context
from libs.store.errors import Duplicate, OutcomeUnknown
from libs.store.mongo import Client, Session
from libs.store.outbox import Pending
from libs.store.store import MOST_ATTEMPTS, Store
from libs.store.transactions import in_transaction
from libs.store.work import UnitOfWork
from tests.libs.store.faults import ABORTED, NETWORK, UNKNOWN_AFTER_EFFECT, Faults, slow
from tests.libs.store.orders import Order, Parcel, given_order, order
from tests.support.waiting import PATIENCE, eventually

Runs = list[int]


def shipping(added: Order, runs: Runs) -> Callable[[UnitOfWork], Awaitable[None]]:
    """A command that writes two documents, so that it needs a transaction."""

    async def ship(work: UnitOfWork) -> None:
        runs.append(work.attempt)
        work.save((await work.get(Order, added.id)).evolve(number=(added.number or 0) + 1))
        work.add(Parcel(id=work.new_id(), order_id=added.id))

    return ship


async def counts(store: Store, added: Order) -> tuple[int, int]:
    """The version of the order and how many parcels there are."""
    document = await store.collection("orders").find_one({"_id": added.id}) or {}
    return document["version"], await store.collection("parcels").count_documents({})


@pytest.mark.parametrize("writers", [20, 200])
async def test_given_many_writers_on_one_record_then_no_write_is_lost(store: Store, writers: int) -> None:
    added = await given_order(store, number=0)
    attempts: Runs = []

    async def count_up(work: UnitOfWork) -> None:
        attempts.append(work.attempt)
        current = await work.get(Order, added.id)
        work.save(current.evolve(number=(current.number or 0) + 1))

    await asyncio.gather(*(store.run(count_up, Context()) for _ in range(writers)))

    final = await store.run(lambda work: work.get(Order, added.id), Context())
    assert (final.number, final.version) == (writers, writers + 1)
    assert len(attempts) > writers  # they did meet
    assert max(attempts) < MOST_ATTEMPTS


async def test_given_a_command_that_always_meets_a_rival_then_it_is_given_up(store: Store) -> None:
    runs: Runs = []
    await store.collection("claims").insert_one({"_id": "customer|ada", "holder": "another"})

    async def never_looks(work: UnitOfWork) -> None:
        runs.append(work.attempt)
        work.take_claim("customer", "ada", "me")

    with pytest.raises(Unavailable, match="too many writers"):
        await store.run(never_looks, Context())

    assert runs == list(range(1, MOST_ATTEMPTS + 1))


async def test_given_a_rival_within_a_transaction_then_the_command_decides_again(store: Store) -> None:
    added = await given_order(store)
    runs: Runs = []

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(customer="Grace"))

    async def ship_late(work: UnitOfWork) -> None:
        await shipping(added, runs)(work)
        if work.attempt == 1:
            await store.run(rename, Context())

    await store.run(ship_late, Context())

    assert runs == [1, 2]
    assert await counts(store, added) == (3, 1)


async def test_given_a_rival_of_one_of_many_changed_records_then_the_command_decides_again_on_all(store: Store) -> None:
    added = [await given_order(store) for _ in range(20)]
    runs: Runs = []

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added[11].id)).evolve(customer="Grace"))

    async def note_all(work: UnitOfWork) -> None:
        runs.append(work.attempt)
        for each in await work.find(Order, {"_id": {"$in": [each.id for each in added]}}):
            work.save(each.evolve(note="seen"))
        if work.attempt == 1:
            await store.run(rename, Context())

    await store.run(note_all, Context())

    found = await store.run(lambda work: work.find(Order, {"note": "seen"}), Context())
    assert runs == [1, 2]
    assert [each.version for each in found] == [3 if each.customer == "Grace" else 2 for each in found]
    assert [each.customer for each in found].count("Grace") == 1
    assert len(found) == len(added)


@pytest.mark.parametrize("new", [True, False])
async def test_given_a_taken_value_among_many_writes_then_the_refusal_names_it_and_nothing_is_written(
    store: Store, *, new: bool
) -> None:
    await given_order(store, number=7)
    others = [await given_order(store) for _ in range(3)]

    async def note_all(work: UnitOfWork) -> None:
        for each in others:
            work.save((await work.get(Order, each.id)).evolve(note="seen"))
        taking = order(number=7) if new else (await work.get(Order, others[1].id)).evolve(number=7)
        _ = work.add(taking) if new else work.save(taking)

    with pytest.raises(Duplicate) as refused:
        await store.run(note_all, Context())

    assert [each.pointer for each in refused.value.errors] == ["/number"]
    assert await store.collection("orders").count_documents({"version": {"$gt": 1}}) == 0


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(UNKNOWN_AFTER_EFFECT, id="the server commits and cannot say so"),
        pytest.param(NETWORK, id="the connection breaks"),
    ],
)
async def test_given_an_unknown_outcome_then_the_commit_is_repeated_and_not_the_command(
    faulty_store: Store, faults: Faults, committed_there: list[Pending], failure: dict[str, object]
) -> None:
    added = await given_order(faulty_store)
    committed_there.clear()
    runs: Runs = []

    async with faults.failing("commitTransaction", how=failure, times=3) as point:
        await faulty_store.run(shipping(added, runs), Context())
        await point.entered(times=3)

    assert runs == [1]
    assert await counts(faulty_store, added) == (2, 1)
    assert [event.type for event in committed_there] == ["sales.order.updated", "sales.parcel.created"]


async def test_given_no_answer_until_the_deadline_then_the_outcome_is_unknown_and_the_write_whole_or_absent(
    faulty_store: Store, hasty_store: Store, faults: Faults
) -> None:
    added = await given_order(faulty_store)
    runs: Runs = []
    told: list[Pending] = []
    hasty_store.outbox.on_commit = told.extend

    async with faults.failing("commitTransaction", how=UNKNOWN_AFTER_EFFECT):
        with pytest.raises(OutcomeUnknown) as refused:
            await hasty_store.run(shipping(added, runs), Context())

    assert (refused.value.status, refused.value.code) == (503, "outcome_unknown")
    assert runs == [1]
    assert await counts(faulty_store, added) in {(1, 0), (2, 1)}
    assert told == []


async def test_given_a_transient_failure_then_the_writes_are_applied_again_on_a_new_session(
    faulty_store: Store, faults: Faults
) -> None:
    added = await given_order(faulty_store)
    runs: Runs = []

    async with faults.failing("insert", how=NETWORK, times=2) as point:
        await faulty_store.run(shipping(added, runs), Context())
        await point.entered(times=2)

    assert runs == [1]
    assert await counts(faulty_store, added) == (2, 1)


async def test_given_a_commit_that_has_failed_for_certain_then_the_writes_are_applied_again(
    faulty_store: Store, faults: Faults
) -> None:
    added = await given_order(faulty_store)
    runs: Runs = []

    async with faults.failing("commitTransaction", how=ABORTED, times=2) as point:
        await faulty_store.run(shipping(added, runs), Context())
        await point.entered(times=2)

    assert runs == [1]
    assert await counts(faulty_store, added) == (2, 1)


@pytest.mark.parametrize("at", ["hangDuringBatchUpdate", "hangDuringBatchInsert", "hangBeforeCommitingTxn"])
async def test_given_a_caller_who_goes_away_then_a_begun_commit_is_finished_whole_and_announced(
    faulty_store: Store, faults: Faults, committed_there: list[Pending], at: str
) -> None:
    added = await given_order(faulty_store)
    committed_there.clear()

    async with faults.point(at) as point:
        writing = asyncio.create_task(faulty_store.run(shipping(added, []), Context()))
        await point.entered()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing

    async def announced() -> bool:
        return len(committed_there) == 2

    await eventually(announced)
    assert await counts(faulty_store, added) == (2, 1)


async def test_given_a_caller_who_goes_away_at_a_plain_write_then_it_is_done_and_announced(
    faulty_store: Store, faults: Faults, committed_there: list[Pending]
) -> None:
    async with faults.point("hangDuringBatchInsert") as point:
        writing = asyncio.create_task(given_order(faulty_store))
        await point.entered()
        writing.cancel()

    async def announced() -> bool:
        return len(committed_there) == 1

    await eventually(announced)
    assert await faulty_store.collection("orders").count_documents({}) == 1


async def test_given_a_caller_who_goes_away_before_the_commit_then_nothing_is_written(store: Store) -> None:
    reached = asyncio.Event()

    async def ponder(work: UnitOfWork) -> None:
        work.add(order())
        reached.set()
        await asyncio.Event().wait()

    pondering = asyncio.create_task(store.run(ponder, Context()))
    await reached.wait()
    pondering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pondering

    assert await store.collection("orders").count_documents({}) == 0


async def test_given_a_server_that_does_not_answer_then_the_caller_hears_so_in_time(
    hasty_store: Store, faults: Faults
) -> None:
    async with faults.failing("insert", how=slow(2_400)):
        with pytest.raises(OutcomeUnknown):
            await given_order(hasty_store)


async def test_given_no_server_then_the_caller_hears_so_in_time() -> None:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(Unavailable):
            await Store.open("mongodb://127.0.0.1:9/?directConnection=true", "nowhere", service="sales", seconds=0.3)


class CommitsSeen(CommandListener):
    def __init__(self) -> None:
        self.commands: list[CommandStartedEvent] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in {"insert", "commitTransaction"}:
            self.commands.append(event)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


async def test_a_transaction_is_committed_to_the_journals_of_the_majority(mongo_url: str, database_name: str) -> None:
    seen = CommitsSeen()
    client: Client = AsyncIOMotorClient(mongo_url, event_listeners=[seen])

    async def write(session: Session) -> None:
        await client[database_name]["orders"].insert_one({"_id": 1}, session=session)

    await in_transaction(client, write, deadline=float("inf"))
    client.close()

    insert, commit = seen.commands
    assert insert.command["readConcern"]["level"] == "snapshot"
    assert commit.command["writeConcern"] == {"w": "majority", "j": True}
