"""Documents by their ids: asked for at a time, read together, and each its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from libs.store.lookups import MOST_TOGETHER, MOST_UNDER_WAY, Lookups
from libs.store.mongo import Client, Collection, Document, database
from libs.store.store import Store
from tests.libs.store.faults import Faults, slow
from tests.support.waiting import PATIENCE


class Reads(CommandListener):
    """How many ids each read asked for."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "find":
            asked = event.command["filter"]["_id"]
            self.sizes.append(1 if isinstance(asked, str) else len(asked["$in"]))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


class Notes:
    """One collection, and the way to its documents."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._lookups = Lookups(collection)

    async def write(self, *ids: str) -> None:
        await self.collection.insert_many([{"_id": each, "body": {"of": each}} for each in ids])

    async def document(self, note_id: str) -> Document | None:
        async with asyncio.timeout(PATIENCE):
            return await self._lookups.document(note_id)

    async def bodies(self, ids: Iterable[str]) -> list[Any]:
        return [found and found["body"] for found in await asyncio.gather(*map(self.document, ids))]


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
async def notes(mongo_url: str, database_name: str, reads: Reads) -> AsyncIterator[Notes]:
    client: Client = AsyncIOMotorClient(mongo_url, event_listeners=[reads])
    yield Notes(database(client, database_name)["notes"])
    client.close()


@pytest.fixture
async def hasty_notes(hasty_store: Store) -> Notes:
    """On a server that can be told to fail, for callers who wait no longer than two seconds."""
    notes = Notes(hasty_store.collection("orders"))
    await notes.write("a", "b")
    return notes


def slowed(notes: Notes, milliseconds: int) -> dict[str, Any]:
    """Reads of the notes, and not what the server itself looks for."""
    return {**slow(milliseconds), "namespace": notes.collection.full_name}


async def test_what_is_asked_for_at_a_time_is_read_together(notes: Notes, reads: Reads) -> None:
    ids = [str(number) for number in range(2 * MOST_TOGETHER + 1)]
    await notes.write(*ids)

    assert await notes.bodies(ids) == [{"of": each} for each in ids]

    assert sorted(reads.sizes) == [1, MOST_TOGETHER, MOST_TOGETHER]


async def test_what_is_asked_for_alone_waits_for_nobody(notes: Notes, reads: Reads) -> None:
    await notes.write("a", "b")

    assert [await notes.bodies([each]) for each in "abab"] == [[{"of": each}] for each in "abab"]

    assert reads.sizes == [1, 1, 1, 1]


@pytest.mark.parametrize("others", [[], ["a", "b"]], ids=["alone", "among others"])
async def test_what_is_not_there_is_none(notes: Notes, others: list[str]) -> None:
    await notes.write("a", "b")

    assert await notes.bodies(["absent", *others]) == [None, *({"of": each} for each in others)]


async def test_each_has_a_document_of_its_own(notes: Notes, reads: Reads) -> None:
    await notes.write("a")

    one, another = await asyncio.gather(notes.document("a"), notes.document("a"))
    assert one is not None
    one["body"]["of"] = "somebody's change"

    assert another == {"_id": "a", "body": {"of": "a"}}
    assert reads.sizes == [1]


async def test_what_was_written_before_it_was_asked_for_is_seen_whatever_is_under_way(
    hasty_notes: Notes, faults: Faults
) -> None:
    async with faults.failing("find", how=slowed(hasty_notes, 300), times=MOST_UNDER_WAY) as point:
        under_way = []
        for times in range(1, MOST_UNDER_WAY + 1):
            under_way.append(asyncio.create_task(hasty_notes.document("a")))
            await point.entered(times)
        await hasty_notes.collection.update_one({"_id": "a"}, {"$set": {"body": "new"}})

        assert await hasty_notes.bodies(["a"]) == ["new"]
        await asyncio.gather(*under_way)


async def test_whoever_goes_away_stops_nobody(hasty_notes: Notes, faults: Faults) -> None:
    async with faults.failing("find", how=slowed(hasty_notes, 300), times=1) as point:
        going, staying = (asyncio.create_task(hasty_notes.document("a")) for _ in range(2))
        await point.entered()
        going.cancel()

        assert await staying is not None
    assert await hasty_notes.bodies(["a", "b"]) == [{"of": "a"}, {"of": "b"}]


async def test_given_a_server_that_does_not_answer_then_those_behind_hear_so_in_time_too(
    hasty_notes: Notes, faults: Faults
) -> None:
    async with faults.failing("find", how=slowed(hasty_notes, 2_400)) as point:
        under_way = []
        for times in range(1, MOST_UNDER_WAY + 1):
            under_way.append(asyncio.create_task(hasty_notes.document("a")))
            await point.entered(times)
        behind = [asyncio.create_task(hasty_notes.document(each)) for each in "ab"]
        outcomes = await asyncio.gather(*under_way, *behind, return_exceptions=True)

        assert all(isinstance(each, PyMongoError) for each in outcomes), outcomes
        assert await point.passed() == MOST_UNDER_WAY
    assert await hasty_notes.bodies(["a", "b"]) == [{"of": "a"}, {"of": "b"}]
