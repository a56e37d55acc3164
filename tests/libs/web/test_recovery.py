"""A service that was set back tells its records once more; whoever follows it comes back with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from libs.bus.definitions import projection
from libs.contracts.envelope import BACKUP_RESTORED
from libs.domain.fields import Line
from libs.domain.record import Record
from libs.jobs.jobs import JOBS, JobState
from libs.store import copies
from libs.store.backups import marks
from libs.store.backups.marks import Restored
from libs.store.clock import utc_now
from libs.store.store import Document, Store
from libs.web.executing import STORE
from libs.web.references import reference_copies
from libs.web.resource import Resource
from libs.web.service import Service
from tests.services.journal.restores.telling import set_back
from tests.support.publishing import publish
from tests.support.services import Running, running
from tests.support.waiting import PATIENCE, eventually


class Tent(Record, collection="tents", aggregate="camp.tent"):
    name: Line


CAMP = Service("camp", resources=(Resource(Tent),))
FOLLOWING = reference_copies("camp.tent.*")
FOREST = Service("forest", projections=(FOLLOWING,))


@pytest.fixture
async def forest(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Running]:
    async with running(FOREST, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service


async def rows_of(service: Running) -> dict[str, tuple[str, bool]]:
    found = await service.app[STORE].collection(copies.COLLECTION).find().to_list(None)
    return {row["_id"].partition("/")[2]: (row["name"], row["deleted"]) for row in found}


async def set_database_back(mongo_url: str, name: str, rows: list[Document]) -> None:
    """As a restore does it: other documents, a later epoch, and a mark."""
    store = await Store.open(mongo_url, name, service="camp", seconds=PATIENCE)
    await store.collection("tents").delete_many({})
    await store.collection("tents").insert_many(rows)
    now = utc_now()
    await marks.begin_restore(store.database, kept_epoch=1, at=now)
    await marks.end_restore(store.database, Restored(7, taken_at=now - timedelta(minutes=5), restored_at=now))
    await store.close()


async def test_others_follow_back(
    forest: Running, mongo_url: str, amqp_url: str, database_name: str, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    tents = mongo_client[f"{database_name}_camp"]["tents"]
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as camp:
        kept, removed = [(await camp.post("/api/v1/tents", {"name": name}))[1]["id"] for name in ("Red", "Blue")]
        await camp.delete(f"/api/v1/tents/{removed}")
        as_saved: list[Document] = list(tents.find({}, {"_outbox": 0, "_pending": 0}))
        await camp.patch(f"/api/v1/tents/{kept}", {"name": "Crimson"})
        await camp.post(f"/api/v1/tents/{removed}/restore")
        vanished = (await camp.post("/api/v1/tents", {"name": "Green"}))[1]["id"]

        async def heard() -> bool:
            told = {kept: ("Crimson", False), removed: ("Blue", False), vanished: ("Green", False)}
            return await rows_of(forest) == told

        await eventually(heard)

    await set_database_back(mongo_url, f"{database_name}_camp", as_saved)
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as camp:

        async def follows() -> bool:
            told = {kept: ("Red", False), removed: ("Blue", True), vanished: ("Green", True)}
            return await rows_of(forest) == told

        await eventually(follows)
        assert camp.app[STORE].epoch == 7
        _, renamed = await camp.patch(f"/api/v1/tents/{kept}", {"name": "Scarlet"})
        assert renamed["version"] == 2

        async def goes_on() -> bool:
            return (await rows_of(forest))[kept] == ("Scarlet", False)

        await eventually(goes_on)


async def test_it_is_told_once_however_often_the_service_starts(
    mongo_url: str, amqp_url: str, database_name: str, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    await set_database_back(mongo_url, f"{database_name}_camp", [{"_id": "1", "name": "Red", "version": 1}])
    jobs = mongo_client[f"{database_name}_camp"][JOBS]
    for _ in range(2):
        async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name):

            async def told() -> bool:
                return jobs.count_documents({"kind": "recovery", "state": JobState.SUCCEEDED}) == 1

            await eventually(told)
    assert jobs.count_documents({}) == 1


async def test_a_journal_that_was_set_back_is_told_all_records(
    mongo_url: str, amqp_url: str, database_name: str, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as camp:
        await camp.post("/api/v1/tents", {"name": "Red"})
        now = utc_now()
        await publish(amqp_url, set_back("journal", [], taken_at=now, restored_at=now))
        jobs = mongo_client[f"{database_name}_camp"][JOBS]

        async def told() -> Document | None:
            return jobs.find_one({"kind": "recovery", "state": JobState.SUCCEEDED})

        assert (await eventually(told))["done"] == 1


async def test_a_projection_that_cannot_forget_is_not_given_what_is_no_record() -> None:
    plain = projection("copies", "camp.*.*")(copies.keep_copies)

    assert plain.keys == ["camp.*.*"]
    assert FOLLOWING.keys == ["camp.tent.*", f"*.{BACKUP_RESTORED}"]
