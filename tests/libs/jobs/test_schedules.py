"""What happens again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSimError

from libs.jobs.firing import Firing
from libs.jobs.schedules import Schedule, keep_schedules, scheduled
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.effects import causes, leave
from tests.support.clock import wrong_clock
from tests.support.waiting import eventually


@scheduled("nightly", "0 3 * * *")
async def nightly(work: UnitOfWork) -> None:
    leave(work, "the night's work")


def times(schedule: Schedule, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = schedule.after(after)
        found.append(f"{after:%d %H:%M}")
    return found


async def due_at(store: Store) -> datetime:
    timer = await store.collection(TIMERS).find_one({})
    assert timer is not None
    at: datetime = timer["due_at"]
    return at


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(28, ["28 01:30", "29 01:00", "30 00:30"], id="the hour that spring skips"),
        pytest.param(24, ["24 00:30", "25 00:30", "26 01:30"], id="the hour that autumn repeats"),
    ],
)
def test_given_a_clock_change_then_a_daily_schedule_comes_once_that_day(day: int, expected: list[str]) -> None:
    schedule = Schedule("daily", "30 2 * * *", nightly.effect, zone="Europe/Berlin")
    month = 3 if day == 28 else 10

    assert times(schedule, datetime(2026, month, day, tzinfo=UTC), 3) == expected


def test_given_an_expression_that_cannot_be_read_then_it_shows_at_once() -> None:
    with pytest.raises(CronSimError):
        scheduled("nightly", "every night")(nightly.effect)


async def test_given_a_night_missed_several_times_then_it_is_made_up_for_once_and_the_next_is_set(
    store: Store, settings: JobSettings
) -> None:
    await keep_schedules(store, [nightly])
    long_ago = datetime.now(UTC) - timedelta(days=5)
    await store.collection(TIMERS).update_one({}, {"$set": {"due_at": long_ago, "free_at": long_ago}})

    firing = Firing(store, [nightly.kind()], settings)
    firing.start()
    await eventually(lambda: store.collection("effects").find_one({}))
    await firing.stop()

    assert await causes(store) == ["the night's work"]
    assert datetime.now(UTC) < await due_at(store) < datetime.now(UTC) + timedelta(days=1)


async def test_given_copies_that_start_again_and_again_then_the_time_stays(store: Store) -> None:
    await keep_schedules(store, [nightly])
    first = await due_at(store)

    with wrong_clock(by=first + timedelta(hours=1) - datetime.now(UTC)):
        await keep_schedules(store, [nightly])

    assert await due_at(store) == first
    assert await store.collection(TIMERS).count_documents({}) == 1


async def test_given_a_release_with_other_times_then_the_new_ones_count(store: Store) -> None:
    await keep_schedules(store, [nightly])
    later = Schedule("nightly", "0 4 * * *", nightly.effect)

    await keep_schedules(store, [later])

    assert await store.collection(TIMERS).count_documents({}) == 1
    assert (await due_at(store)).hour == 4
