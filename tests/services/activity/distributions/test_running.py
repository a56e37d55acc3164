"""Each record gets its activity once, however often the job is interrupted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from libs.contracts.activity import PartyRole
from libs.domain.record import draft_of
from libs.jobs.jobs import INDEXES, JOBS, Job, JobState
from libs.jobs.leased import Hold, Leased
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.task import Task
from services.activity.distributions import store as kept
from services.activity.distributions.commands import distribute_activity
from services.activity.distributions.model import Distributed
from services.activity.distributions.running import DISTRIBUTING
from tests.support.waiting import PATIENCE, eventually

DRAFT = draft_of(Task).model_validate({"type": "task", "subject": "Say hello", "tags": ("spring",)})


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    indexes = {JOBS: INDEXES, kept.COLLECTION: kept.INDEXES}
    store = await Store.open(
        mongo_url, database_name, service="activity", records=[AnyActivity], indexes=indexes, seconds=PATIENCE
    )
    yield store
    await store.close()


async def begun(store: Store, number: int, *, gone: int = 0, role: PartyRole | None = None) -> Job:
    """The job for so many records, of which the last ones are gone by now."""
    ids = [new_id() for _ in range(number)]
    records = [{"id": id_, "full_name": f"Lead {place}"} for place, id_ in enumerate(ids[: number - gone])]
    await seed_copies(store, "leads", records)

    async def command(work: UnitOfWork) -> Job:
        return await distribute_activity(work, DRAFT, collection="leads", ids=ids, role=role)

    return await store.run(command, Context(actor_id="ada"))


async def taken(store: Store) -> Hold:
    """By a copy of the service, whoever held it before."""
    await store.collection(JOBS).update_many({}, {"$set": {"free_at": utc_now(), "state": JobState.RUNNING}})
    [hold] = await Leased(store, JOBS).take({}, seconds=60, most=1)
    return hold


async def run(store: Store, hold: Hold) -> Distributed:
    result = await DISTRIBUTING.run(Progress(store, hold, DISTRIBUTING.via), DISTRIBUTING.input_of(hold.document))
    assert isinstance(result, Distributed)
    return result


async def test_each_record_has_an_activity_of_its_own(store: Store) -> None:
    await begun(store, 3, gone=1)

    result = await run(store, await taken(store))

    activities = await store.collection("activities").find({}).sort("_id", 1).to_list(None)
    assert (result.created, result.failed, result.failures[0].code) == (2, 1, "unknown_reference")
    assert [each["regarding"]["name"] for each in activities] == ["Lead 0", "Lead 1"]
    assert {(each["subject"], each["owner_id"], *each["tags"]) for each in activities} == {
        ("Say hello", "ada", "spring")
    }
    assert [each["_outbox"][0]["type"] for each in activities] == ["activity.task.created"] * 2
    assert await store.collection(kept.COLLECTION).count_documents({}) == 0


async def test_in_a_role_the_record_takes_part(store: Store) -> None:
    await begun(store, 1, role=PartyRole.CUSTOMER)

    await run(store, await taken(store))

    [activity] = await store.collection("activities").find({}).to_list(None)
    assert [(each["role"], each["name"]) for each in activity["parties"]] == [("customer", "Lead 0")]
    assert "regarding" not in activity


@pytest.mark.parametrize("cut_after", [1, kept.PORTION + 1])
async def test_a_job_that_is_cut_goes_on_and_does_nothing_twice(store: Store, cut_after: int) -> None:
    number = 2 * kept.PORTION + 7
    await begun(store, number, gone=2)
    activities = store.collection("activities")

    async def some() -> bool:
        return await activities.count_documents({}) >= cut_after

    cut = asyncio.create_task(run(store, await taken(store)))
    await eventually(some, every=0.001)
    cut.cancel()
    await asyncio.gather(cut, return_exceptions=True)
    result = await run(store, await taken(store))

    made = Counter([each["regarding"]["id"] async for each in activities.find({}, {"regarding": 1})])
    assert (len(made), set(made.values())) == (number - 2, {1})
    assert (result.created, result.failed) == (number - 2, 2)
