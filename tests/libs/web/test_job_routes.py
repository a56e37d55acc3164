"""Long jobs over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from libs.jobs import jobs
from libs.jobs.jobs import JOBS, Job
from libs.jobs.scheduler import INDEXES
from libs.store.context import Context
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from libs.web.job_routes import job_routes
from libs.web.service import Service
from tests.libs.jobs.counting import Count, count
from tests.support.services import Running, running

SERVICE = Service("sales", routes=tuple(job_routes()), indexes=INDEXES)


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def service(started: Running) -> Running:
    await started.reset()
    return started


async def given_job(service: Running, owner: str) -> Job:
    async def command(work: UnitOfWork) -> Job:
        return jobs.begin(work, count, Count(up_to=3), total=3)

    return await service.app[STORE].run(command, Context(actor_id=owner))


async def test_people_see_their_own_jobs_and_administrators_all(service: Running) -> None:
    mine, anothers = await given_job(service, "user-1"), await given_job(service, "user-2")

    _, own = await service.get("/api/v1/jobs?service=sales", roles=("salesperson",))
    _, everything = await service.get("/api/v1/jobs?$orderby=created_at desc&$count=true")
    status, problem = await service.get(f"/api/v1/jobs/{anothers.id}", roles=("salesperson",))

    assert [job["id"] for job in own["value"]] == [mine.id]
    assert [job["id"] for job in everything["value"]] == [anothers.id, mine.id]
    assert everything["@odata.count"] == 2
    assert (status, problem["code"]) == (404, "not_found")


async def test_a_job_tells_how_far_it_is(service: Running) -> None:
    begun = await given_job(service, "user-1")
    await service.app[STORE].collection(JOBS).update_one({"_id": begun.id}, {"$set": {"done": 2, "state": "running"}})

    status, job = await service.get(f"/api/v1/jobs/{begun.id}")

    assert status == 200
    assert (job["state"], job["done"], job["total"], job["kind"]) == ("running", 2, 3, "count")
    assert not {"token", "free_at", "input", "cursor"} & job.keys()


async def test_a_list_is_filtered_and_paged(service: Running) -> None:
    begun = [await given_job(service, "user-1") for _ in range(3)]
    await service.app[STORE].collection(JOBS).update_one({"_id": begun[0].id}, {"$set": {"state": "failed"}})

    _, queued = await service.get("/api/v1/jobs?$filter=state eq 'queued'&$select=state&$top=1&service=sales")
    _, rest = await service.get(queued["@odata.nextLink"])
    status, _ = await service.get("/api/v1/jobs?$filter=token eq '1'")

    assert queued["value"] == [{"id": begun[1].id, "state": "queued"}]
    assert rest["value"] == [{"id": begun[2].id, "state": "queued"}]
    assert status == 422


async def test_a_job_is_canceled_by_its_owner_and_by_nobody_else(service: Running) -> None:
    mine, anothers = await given_job(service, "user-1"), await given_job(service, "user-2")

    status, job = await service.post(f"/api/v1/jobs/{mine.id}/cancel", roles=("salesperson",))
    again, problem = await service.post(f"/api/v1/jobs/{mine.id}/cancel", roles=("salesperson",))
    not_mine, _ = await service.post(f"/api/v1/jobs/{anothers.id}/cancel", roles=("salesperson",))

    assert (status, job["state"]) == (200, "canceled")
    assert (again, problem["code"]) == (409, "move_not_allowed")
    assert not_mine == 404
