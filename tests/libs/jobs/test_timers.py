"""What is to happen at a time happens then, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.refusals import Unavailable
from libs.jobs.firing import Firing
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS, Timer, TimerKind, cancel, schedule, timer
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.mongo import Document
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.effects import causes, leave
from tests.support.waiting import PATIENCE, eventually

PAST = timedelta(minutes=-5)


@timer("reminder")
async def remind(work: UnitOfWork, timer: Timer) -> None:
    leave(work, timer.key)


async def given_timer(store: Store, kind: TimerKind, key: str, *, due: timedelta = PAST, **payload: object) -> None:
    async def command(work: UnitOfWork) -> None:
        schedule(work, kind.at(work.now + due, key, **payload))

    await store.run(command, Context(correlation_id="what it follows from"))


async def timers(store: Store) -> list[Document]:
    return await store.collection(TIMERS).find({}).sort("_id", 1).to_list(None)


async def none_left(store: Store) -> None:
    async def done() -> bool:
        return not await store.collection(TIMERS).find_one({"free_at": {"$exists": True}})

    await eventually(done)


async def test_given_timers_of_a_time_without_any_copy_then_each_is_made_up_for_once(
    store: Store, settings: JobSettings
) -> None:
    for number in range(30):
        await given_timer(store, remind, f"{number:02}")

    firing = Firing(store, [remind], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert await causes(store) == [f"{number:02}" for number in range(30)]
    assert await timers(store) == []


async def test_given_a_timer_due_soon_then_it_fires_before_the_next_look_and_not_too_early(store: Store) -> None:
    due_at = utc_now() + timedelta(seconds=1)
    firing = Firing(store, [remind], JobSettings(poll_every=2 * PATIENCE, look_every=2 * PATIENCE))
    firing.start()
    await given_timer(store, remind, "soon", due=due_at - utc_now())
    await given_timer(store, remind, "tomorrow", due=timedelta(days=1))

    effect = await eventually(lambda: store.collection("effects").find_one({"cause": "soon"}))
    await firing.stop()

    assert effect is not None
    assert effect["created_at"] >= due_at
    assert await causes(store) == ["soon"]


async def test_given_two_copies_then_each_timer_fires_on_one_of_them(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    for number in range(60):
        await given_timer(store, remind, f"{number:02}")
    copies = [Firing(each, [remind], replace(settings, timers_at_once=4)) for each in (store, second_store)]

    for copy in copies:
        copy.start()
    await none_left(store)
    for copy in copies:
        await copy.stop()

    assert await causes(store) == [f"{number:02}" for number in range(60)]


async def test_given_a_copy_frozen_beyond_its_lease_then_another_fires_and_the_frozen_one_does_nothing_more(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    frozen, thawed = asyncio.Event(), asyncio.Event()

    @timer("reminder")
    async def freeze(work: UnitOfWork, timer: Timer) -> None:
        leave(work, f"{timer.key} from the frozen copy")
        frozen.set()
        await thawed.wait()

    await given_timer(store, remind, "call Ada")
    (hold,) = await Firing(store, [freeze], replace(settings, timer_lease=0.1))._take(1)
    first = asyncio.create_task(Firing(store, [freeze], settings)._handle(hold))
    await frozen.wait()

    second = Firing(second_store, [remind], settings)
    second.start()
    await none_left(second_store)
    thawed.set()
    await first
    await second.stop()

    assert await causes(store) == ["call Ada"]


async def test_given_an_effect_then_its_events_tell_what_they_follow_from(store: Store, settings: JobSettings) -> None:
    told: list[Pending] = []
    store.outbox.on_commit = told.extend
    await given_timer(store, remind, "call Ada")

    firing = Firing(store, [remind], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    event = Envelope.from_json(told[0].body)
    assert (event.correlationid, event.via, event.actorid) == ("what it follows from", "automation", None)


async def test_given_a_command_that_fails_then_its_timer_was_never_set(store: Store) -> None:
    async def command(work: UnitOfWork) -> None:
        schedule(work, remind.at(work.now, "call Ada"))
        raise Unavailable("something else")

    with pytest.raises(Unavailable):
        await store.run(command, Context())

    assert await timers(store) == []


async def test_given_a_timer_that_is_set_again_then_only_the_later_setting_counts(
    store: Store, settings: JobSettings
) -> None:
    payloads: list[object] = []

    @timer("reminder")
    async def note(_: UnitOfWork, timer: Timer) -> None:
        payloads.append(timer.payload["words"])

    await given_timer(store, note, "call Ada", words="first", due=timedelta(hours=1))
    await given_timer(store, note, "call Ada", words="second")
    firing = Firing(store, [note], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert payloads == ["second"]


async def test_given_a_canceled_timer_then_it_never_fires(store: Store, settings: JobSettings) -> None:
    await given_timer(store, remind, "call Ada")
    await given_timer(store, remind, "call Bob")

    async def command(work: UnitOfWork) -> None:
        cancel(work, "reminder", "call Ada")
        cancel(work, "reminder", "was never set")

    await store.run(command, Context())
    firing = Firing(store, [remind], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert await causes(store) == ["call Bob"]


@pytest.mark.parametrize("moved", [True, False])
async def test_given_a_timer_that_is_moved_or_canceled_while_it_fires_then_that_counts(
    store: Store, settings: JobSettings, *, moved: bool
) -> None:
    firing_now, go_on = asyncio.Event(), asyncio.Event()
    runs = []

    @timer("reminder")
    async def slowly(work: UnitOfWork, timer: Timer) -> None:
        runs.append(work.attempt)
        leave(work, timer.key)
        firing_now.set()
        await go_on.wait()

    async def change_of_mind(work: UnitOfWork) -> None:
        if moved:
            schedule(work, slowly.at(work.now + timedelta(hours=1), "call Ada"))
        else:
            cancel(work, "reminder", "call Ada")

    await given_timer(store, slowly, "call Ada")
    firing = Firing(store, [slowly], settings)
    firing.start()
    await firing_now.wait()
    await store.run(change_of_mind, Context())
    go_on.set()
    await firing.stop()

    assert runs == [1]
    assert await causes(store) == []
    assert len(await timers(store)) == (1 if moved else 0)


async def test_given_an_effect_that_sets_its_own_timer_then_it_fires_again(store: Store, settings: JobSettings) -> None:
    @timer("countdown")
    async def count_down(work: UnitOfWork, timer: Timer) -> None:
        leave(work, str(timer.payload["left"]))
        if timer.payload["left"]:
            schedule(work, count_down.at(work.now, timer.key, left=timer.payload["left"] - 1))

    await given_timer(store, count_down, "start", left=3)
    firing = Firing(store, [count_down], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert await causes(store) == ["0", "1", "2", "3"]


async def test_given_an_effect_that_fails_then_it_is_tried_again_later(store: Store, settings: JobSettings) -> None:
    attempts = 0

    @timer("reminder")
    async def third_time_lucky(work: UnitOfWork, timer: Timer) -> None:
        nonlocal attempts
        attempts += 1
        leave(work, timer.key)
        if attempts < 3:
            raise ConnectionError

    await given_timer(store, third_time_lucky, "call Ada")
    firing = Firing(store, [third_time_lucky], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert (attempts, await causes(store)) == (3, ["call Ada"])


async def test_given_an_effect_that_always_fails_then_its_timer_is_left_aside_and_others_fire(
    store: Store, settings: JobSettings
) -> None:
    @timer("broken")
    async def fail(work: UnitOfWork, timer: Timer) -> None:
        raise ValueError("ada@example.com is unknown")

    await given_timer(store, fail, "never")
    await given_timer(store, remind, "call Ada")
    firing = Firing(store, [fail, remind], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    (left,) = await timers(store)
    assert (left["key"], left["attempts"]) == ("never", settings.timer_attempts)
    assert (left["reason"], left["error"]) == ("exhausted", "ValueError: [redacted] is unknown")
    assert await causes(store) == ["call Ada"]


async def test_given_something_unavailable_for_long_then_the_timer_is_not_given_up(
    store: Store, settings: JobSettings
) -> None:
    attempts = 0

    @timer("reminder")
    async def often_unavailable(work: UnitOfWork, timer: Timer) -> None:
        nonlocal attempts
        attempts += 1
        if attempts <= settings.timer_attempts * 2:
            raise Unavailable("not now")
        leave(work, timer.key)

    await given_timer(store, often_unavailable, "call Ada")
    firing = Firing(store, [often_unavailable], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert await causes(store) == ["call Ada"]


async def test_given_timers_that_killed_their_process_each_time_then_they_are_left_aside(
    store: Store, settings: JobSettings
) -> None:
    await given_timer(store, remind, "poison")
    await store.collection(TIMERS).update_one({}, {"$set": {"attempts": settings.timer_attempts}})

    firing = Firing(store, [remind], settings)
    firing.start()
    await none_left(store)
    await firing.stop()

    assert await causes(store) == []
    assert (await timers(store))[0]["reason"] == "killed_the_process"


async def test_given_a_kind_that_this_release_does_not_know_then_its_timers_wait(
    store: Store, settings: JobSettings
) -> None:
    await given_timer(store, TimerKind("of a newer release", remind.fire), "a")
    await given_timer(store, remind, "b")

    firing = Firing(store, [remind], settings)
    firing.start()
    await eventually(lambda: store.collection("effects").find_one({"cause": "b"}))
    await firing.stop()

    assert [each["attempts"] for each in await timers(store)] == [0]


async def test_given_a_stop_then_timers_in_hand_are_finished_and_no_further_ones_begun(
    store: Store, settings: JobSettings
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @timer("reminder")
    async def slowly(work: UnitOfWork, timer: Timer) -> None:
        begun.set()
        await go_on.wait()
        leave(work, timer.key)

    await given_timer(store, slowly, "in hand", due=PAST)
    await given_timer(store, slowly, "not begun", due=PAST / 2)
    firing = Firing(store, [slowly], replace(settings, timers_at_once=1))
    firing.start()
    await begun.wait()
    stopping = asyncio.create_task(firing.stop())
    go_on.set()
    await stopping

    assert await causes(store) == ["in hand"]
    assert [each["key"] for each in await timers(store)] == ["not begun"]


async def test_given_a_stop_that_cannot_wait_then_the_timer_is_free_for_others_at_once(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    begun = asyncio.Event()

    @timer("reminder")
    async def endless(_: UnitOfWork, timer: Timer) -> None:
        begun.set()
        await asyncio.Event().wait()

    await given_timer(store, endless, "call Ada")
    patient = replace(settings, timer_lease=60.0, drain_timeout=0.05)
    first = Firing(store, [endless], patient)
    first.start()
    await begun.wait()
    await first.stop()

    second = Firing(second_store, [remind], patient)
    second.start()
    await none_left(store)
    await second.stop()
    assert await causes(store) == ["call Ada"]


async def test_given_many_due_then_no_more_fire_at_once_than_allowed(store: Store, settings: JobSettings) -> None:
    at_once = most = 0
    together = asyncio.Barrier(3)

    @timer("reminder")
    async def count(work: UnitOfWork, timer: Timer) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await together.wait()
        at_once -= 1

    for number in range(21):
        await given_timer(store, count, str(number))
    firing = Firing(store, [count], replace(settings, timers_at_once=3))
    firing.start()
    await none_left(store)
    await firing.stop()

    assert most == 3


async def test_due_timers_are_found_by_an_index(store: Store) -> None:
    now = utc_now()
    free = {"kind": "reminder", "free_at": {"$type": "date"}, "$expr": {"$lte": ["$free_at", now]}}
    plan = await store.explain(TIMERS, free, [("free_at", 1)])

    assert "free_at_1__id_1" in str(plan["queryPlanner"]["winningPlan"])
