"""Timers left aside, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from libs.jobs.aside import AsideTimer
from libs.jobs.firing import Firing
from libs.jobs.schedules import keep_schedules, scheduled
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS, Timer, TimerKind, schedule, timer
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from libs.web.service import Service
from tests.libs.jobs.effects import Effect, causes, leave
from tests.support.services import Running, running
from tests.support.waiting import eventually

SERVICE = Service("sales", records=(Effect,))
HASTY = JobSettings(poll_every=0.02, timer_attempts=1)


@timer("reminder")
async def fail(work: UnitOfWork, timer: Timer) -> None:
    raise ValueError("nobody answers at ada@example.com")


@timer("reminder")
async def remind(work: UnitOfWork, timer: Timer) -> None:
    leave(work, timer.key)


@scheduled("nightly", "0 3 * * *", zone="Europe/Berlin")
async def nightly(work: UnitOfWork) -> None:
    leave(work, "the night's work")


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def service(started: Running) -> Running:
    await started.reset()
    return started


@pytest.fixture
def store(service: Running) -> Store:
    return service.app[STORE]


async def fire_until(store: Store, kind: TimerKind, condition: Any) -> None:
    firing = Firing(store, [kind], HASTY)
    firing.start()
    await eventually(condition)
    await firing.stop()


async def given_aside(store: Store, *keys: str) -> None:
    async def command(work: UnitOfWork) -> None:
        for key in keys:
            schedule(work, fail.at(work.now, key, note="the customer's own words"))

    async def all_are() -> bool:
        return await store.collection(TIMERS).count_documents({"left_aside_at": {"$exists": True}}) == len(keys)

    await store.run(command, Context())
    await fire_until(store, fail, all_are)


async def listed(service: Running) -> list[dict[str, Any]]:
    status, page = await service.get("/api/v1/timers?service=sales")
    assert status == 200
    return list(page["value"])


async def test_a_timer_that_failed_too_often_is_shown_with_its_reason(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada")
    await store.run(lambda work: waiting(work, "waits"), Context())

    (shown,) = await listed(service)
    status, alone = await service.get(f"/api/v1/timers/{shown['id']}")

    assert (status, alone) == (200, shown)
    assert shown.keys() == AsideTimer.model_fields.keys()
    assert (shown["kind"], shown["key"], shown["attempts"], shown["reason"]) == ("reminder", "call Ada", 1, "exhausted")
    assert shown["error"] == "ValueError: nobody answers at [redacted]"


async def waiting(work: UnitOfWork, key: str) -> None:
    schedule(work, remind.at(work.now, key))


async def test_they_are_paged_and_filtered(service: Running, store: Store) -> None:
    await given_aside(store, "a", "b", "c")

    _, first = await service.get("/api/v1/timers?$top=2&$count=true&$select=key&service=sales")
    _, rest = await service.get(first["@odata.nextLink"])
    _, one = await service.get("/api/v1/timers?$filter=key eq 'b' and reason eq 'exhausted'")

    assert [each["key"] for each in first["value"] + rest["value"]] == ["a", "b", "c"]
    assert (first["@odata.count"], "@odata.nextLink" in rest) == (3, False)
    assert [each["key"] for each in one["value"]] == ["b"]


async def test_after_a_retry_it_fires_once_and_is_gone(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada")
    (shown,) = await listed(service)

    status, _ = await service.post(f"/api/v1/timers/{shown['id']}/retry")

    assert (status, await listed(service)) == (200, [])
    await fire_until(store, remind, lambda: store.collection("effects").find_one({}))
    assert await causes(store) == ["call Ada"]
    assert (await service.post(f"/api/v1/timers/{shown['id']}/retry"))[0] == 404


async def test_a_retry_that_fails_puts_it_aside_again(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada")
    (before,) = await listed(service)

    await service.post(f"/api/v1/timers/{before['id']}/retry")
    await fire_until(store, fail, lambda: store.collection(TIMERS).find_one({"free_at": None}))

    (after,) = await listed(service)
    assert after == {**before, "left_aside_at": after["left_aside_at"]}
    assert after["left_aside_at"] > before["left_aside_at"]


async def test_a_discarded_timer_never_fires(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada", "call Bob")
    (first, second) = await listed(service)

    status, _ = await service.post(f"/api/v1/timers/{first['id']}/discard")

    assert (status, await listed(service)) == (200, [second])
    assert await store.collection(TIMERS).count_documents({}) == 1


async def test_a_schedule_whose_timer_was_discarded_goes_on_with_its_next_time(service: Running, store: Store) -> None:
    await keep_schedules(store, [nightly])
    aside = {"$set": {"left_aside_at": utc_now(), "reason": "exhausted", "error": None}, "$unset": {"free_at": ""}}
    await store.collection(TIMERS).update_one({}, aside)
    (shown,) = await listed(service)

    status, _ = await service.post(f"/api/v1/timers/{shown['id']}/discard")
    await keep_schedules(store, [nightly])

    assert (shown["kind"], shown["key"], status) == ("schedule:nightly", "0 3 * * * Europe/Berlin", 200)
    assert await store.collection(TIMERS).count_documents({"free_at": {"$gt": utc_now()}}) == 1


async def test_timers_that_wait_are_nobodys_business(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada")
    (shown,) = await listed(service)
    await service.post(f"/api/v1/timers/{shown['id']}/retry")

    answers = [
        await service.get(f"/api/v1/timers/{shown['id']}"),
        await service.post(f"/api/v1/timers/{shown['id']}/discard"),
    ]

    assert [status for status, _ in answers] == [404, 404]
    assert await store.collection(TIMERS).count_documents({}) == 1


@pytest.mark.parametrize("id", ["sales-", "sales-nothing", "sales-%FF", "sales", "sales-A", "sales-%C3%A4"])
async def test_an_id_that_is_none_is_not_found(service: Running, id: str) -> None:
    status, problem = await service.get(f"/api/v1/timers/{id}")

    assert (status, problem["code"]) == (404, "not_found")


async def test_timers_are_an_administrators_business(service: Running, store: Store) -> None:
    await given_aside(store, "call Ada")
    (shown,) = await listed(service)

    answers = [
        await service.get("/api/v1/timers", roles=("sales_manager",)),
        await service.post(f"/api/v1/timers/{shown['id']}/retry", roles=("sales_manager",)),
        await service.post(f"/api/v1/timers/{shown['id']}/discard", roles=("sales_manager",)),
    ]

    assert [status for status, _ in answers] == [403, 403, 403]


async def test_they_are_found_by_an_index(store: Store) -> None:
    plan = await store.explain(TIMERS, {"free_at": None}, [("_id", 1)])

    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
