"""Whatever breaks in the middle: each row has its effect once, and the figures are exact."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, FormData
from aiohttp.test_utils import TestServer
from pymongo import MongoClient

from libs.jobs.jobs import JOBS
from libs.jobs.leased import Hold
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.outbox import MOST_EMBEDDED, Pending
from libs.store.work import UnitOfWork
from libs.tables.reading import Row
from libs.web.imports import store as imports
from libs.web.imports.outcomes import Outcome
from libs.web.imports.undoing import cursor_at, undo_rows
from libs.web.imports.writing import RowWriter
from libs.web.references import REFERENCES
from libs.web.resource import Resource
from tests.libs.tables.records import Guest
from tests.libs.web.imports.hotel import ENDED, Hotel, csv_file
from tests.support.processes import run_program, settings_of_service
from tests.support.services import Identities
from tests.support.waiting import PATIENCE, eventually

HEADER = ["Surname", "E-Mail", "Nights"]
ROWS: list[Row] = [(row, [f"Guest {row}", f"g{row}@example.org", str(row)]) for row in range(2, 102)]
FILE = csv_file(HEADER, *[cells for _, cells in ROWS])


async def writer(hotel: Hotel, import_id: str, **options: Any) -> RowWriter:
    """As a job makes it anew when it begins or resumes."""
    found = await imports.find(hotel.store, import_id)
    context = Context(actor_id="user-1", via="import")
    return RowWriter(hotel.store, Resource(Guest), hotel.service.app[REFERENCES], found, context, **options)


async def written(hotel: Hotel, import_id: str, rows: Sequence[Row]) -> set[object]:
    return set((await (await writer(hotel, import_id)).write(rows)).values())


async def versions(hotel: Hotel) -> list[tuple[str, int]]:
    documents = await hotel.store.collection("guests").find({}).sort("_id", 1).to_list(None)
    return [(each["last_name"], each["version"]) for each in documents]


async def test_rows_that_are_written_again_are_told_as_the_first_time_and_double_nothing(hotel: Hotel) -> None:
    import_id = await hotel.given(FILE)
    await written(hotel, import_id, ROWS[:40])

    assert await written(hotel, import_id, ROWS) == {Outcome.CREATED}
    assert await written(hotel, import_id, ROWS) == {Outcome.CREATED}
    assert await versions(hotel) == [(f"Guest {row}", 1) for row, _ in ROWS]


async def test_changes_that_are_made_again_change_nothing(hotel: Hotel) -> None:
    await hotel.imported(csv_file(HEADER, *[["Old", cells[1], 1] for _, cells in ROWS]))
    import_id = await hotel.given(FILE, mode="upsert", key="email")
    await written(hotel, import_id, ROWS[:40])

    assert await written(hotel, import_id, ROWS) == {Outcome.UPDATED}
    assert await written(hotel, import_id, ROWS) == {Outcome.UPDATED}
    assert await versions(hotel) == [(f"Guest {row}", 2) for row, _ in ROWS]


async def test_an_upsert_that_is_done_again_does_not_take_what_it_made_for_what_was_there(hotel: Hotel) -> None:
    import_id = await hotel.given(FILE, mode="upsert", key="email")
    await written(hotel, import_id, ROWS)

    assert await written(hotel, import_id, ROWS) == {Outcome.CREATED}
    assert {version for _, version in await versions(hotel)} == {1}


async def test_two_copies_that_write_the_same_rows_at_once_make_each_record_once(hotel: Hotel) -> None:
    import_id = await hotel.given(FILE)

    outcomes = await asyncio.gather(*(written(hotel, import_id, ROWS) for _ in range(3)))

    assert outcomes == [{Outcome.CREATED}] * 3
    assert len(await versions(hotel)) == len(ROWS)


async def test_every_record_tells_that_it_was_imported_and_by_whom(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await hotel.given(FILE)
    heard: list[Pending] = []
    monkeypatch.setattr(hotel.store.outbox, "on_commit", heard.extend)

    await hotel.do(import_id, "run")

    assert len(heard) == len(ROWS)
    assert {event.type for event in heard} == {"hotel.guest.created"}
    assert all(b'"via":"import"' in event.body and b'"actorid":"user-1"' in event.body for event in heard)


async def undoing(hotel: Hotel, at_hand: Sequence[str]) -> Progress:
    """Of a job whose process died when it was about to remove these records."""
    job = {"_id": new_id(), "token": new_id(), "owner_id": "user-1", "correlation_id": "", "traceparent": None}
    cursor = cursor_at(ROWS[0][0], at_hand)
    await hotel.store.collection(JOBS).insert_one(job | {"done": 0, "failed": 0, "cursor": cursor})
    return Progress(hotel.store, Hold(job | {"done": 0, "failed": 0, "cursor": cursor}), "import")


async def removed(work: UnitOfWork, ids: Sequence[str]) -> None:
    for record_id in ids:
        work.remove(await work.get(Guest, record_id))


@pytest.mark.parametrize(("at_hand", "done"), [(0, 0), (40, 0), (40, 30), (100, 100)])
async def test_an_undo_that_was_cut_removes_and_counts_each_record_once(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch, at_hand: int, done: int
) -> None:
    imported = await hotel.imported(FILE)
    found = await imports.find(hotel.store, imported["id"])
    ids = [found.record_id(row) for row, _ in ROWS]
    progress = await undoing(hotel, ids[:at_hand])
    await hotel.store.run(partial(removed, ids=ids[:done]), progress.context)
    heard: list[Pending] = []
    monkeypatch.setattr(hotel.store.outbox, "on_commit", heard.extend)

    await undo_rows(progress, Resource(Guest), found, range(ROWS[0][0], ROWS[-1][0] + 1))

    assert (await imports.find(hotel.store, found.id)).counts.removed == len(ROWS)
    assert {version for _, version in await versions(hotel)} == {2}
    assert await hotel.guests() == []
    assert sorted(event.record_id for event in heard) == sorted(ids[done:])
    assert {event.type for event in heard} <= {"hotel.guest.deleted"}
    assert progress.cursor == cursor_at(ROWS[-1][0] + 1)


async def test_an_event_that_no_longer_fits_beside_its_record_waits_elsewhere(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = await hotel.imported(FILE)
    found, guests = await imports.find(hotel.store, imported["id"]), hotel.store.collection("guests")

    async def announced() -> bool:
        return not await guests.count_documents({"_pending": {"$exists": True}})

    await eventually(announced)
    waiting = [{"id": new_id(), "type": "hotel.guest.praised", "body": b"{}"} for _ in range(MOST_EMBEDDED)]
    await guests.update_one({"_id": (full := found.record_id(50))}, {"$set": {"_outbox": waiting}})
    heard: list[Pending] = []
    monkeypatch.setattr(hotel.store.outbox, "on_commit", heard.extend)

    await undo_rows(await undoing(hotel, ()), Resource(Guest), found, range(ROWS[0][0], ROWS[-1][0] + 1))

    assert (await imports.find(hotel.store, found.id)).counts.removed == len(ROWS)
    assert await hotel.guests() == []
    assert [(event.record_id, event.stored_in) for event in heard] == [(full, "outbox")]


def hotel_process(settings: Mapping[str, str]) -> AbstractAsyncContextManager[Process]:
    """The service in a process of its own."""
    argv = (sys.executable, "-m", "tests.libs.web.imports.hotel")
    return run_program(*argv, env={**os.environ, **settings}, stdout=DEVNULL, stderr=DEVNULL)


async def ready(session: ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as response:
            return response.status == 200
    except ClientConnectionError:
        return False


async def run_import(session: ClientSession, url: str, file: str) -> str:
    """Returns where the import is found."""
    form = FormData({"collection": "guests"})
    form.add_field("file", file.encode(), filename="guests.csv")
    async with session.post(f"{url}/api/v1/imports", data=form) as response:
        path = f"{url}/api/v1/imports/{(await response.json())['id']}"
    async with session.post(f"{path}/run") as response:
        assert response.status == 200
    return path


@pytest.mark.slow
async def test_an_import_whose_process_is_killed_is_finished_by_the_next(
    mongo_url: str, amqp_url: str, database_name: str, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    count, identities = 20_000, Identities()
    guests = mongo_client[f"{database_name}_hotel"]["guests"]
    file = csv_file(HEADER, *[[f"G{n}", f"g{n}@example.org", "x" if n % 100 == 0 else 1] for n in range(count)])
    async with TestServer(identities.app()) as identity, ClientSession() as session:
        settings = settings_of_service(
            mongo_url=mongo_url, amqp_url=amqp_url, database=database_name, identity=str(identity.make_url(""))
        )
        settings["TANDEM_DATABASE_SECONDS"] = str(PATIENCE)
        url = f"http://127.0.0.1:{settings['TANDEM_HTTP_PORT']}"
        session.headers["Authorization"] = f"Bearer {identities.token('administrator')}"
        async with hotel_process(settings):
            await eventually(lambda: ready(session, url))
            path = await run_import(session, url, file)

            async def begun() -> bool:
                return await asyncio.to_thread(guests.count_documents, {}) > 2000

            await eventually(begun, every=0.01)
        interrupted = guests.count_documents({})
        assert interrupted < count * 0.99
        # whoever died holds the job no longer
        held = {"free_at": {"$type": "date"}}
        mongo_client[f"{database_name}_hotel"][JOBS].update_many(held, {"$set": {"free_at": utc_now()}})

        async with hotel_process(settings):
            await eventually(lambda: ready(session, url))

            async def ended() -> dict[str, Any] | None:
                async with session.get(path) as response:
                    found: dict[str, Any] = await response.json()
                    return found if found["state"] in ENDED else None

            found = await eventually(ended, within=2 * PATIENCE)

    assert (found["state"], found["counts"]["created"], found["counts"]["failed"]) == ("completed", 19_800, 200)
    assert guests.count_documents({}) == 19_800
    assert len(guests.distinct("email")) == 19_800
