"""Schedules: what happens again and again, at times that a cron expression names.

A schedule is a timer that sets itself anew in the commit of its effect. Times missed while no copy ran are made up for
once, not one by one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim

from libs.jobs import timers
from libs.jobs.timers import TIMERS, Timer, TimerKind
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.errors import answering
from libs.store.store import Store
from libs.store.work import UnitOfWork

_PREFIX: Final = "schedule:"

Effect = Callable[[UnitOfWork], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """`cron` has five fields (minute, hour, day, month, weekday), read on the clocks of `zone`, an IANA name.

    A time that a clock change skips comes at the change; one that it repeats comes once.
    """

    name: str
    cron: str
    effect: Effect
    zone: str = "UTC"

    def __post_init__(self) -> None:
        self.after(utc_now())  # an expression or zone that cannot be read shows at start, not at night

    def after(self, at: datetime) -> datetime:
        """The first time after `at`, in UTC."""
        following: datetime = next(CronSim(self.cron, at.astimezone(ZoneInfo(self.zone))))
        return following.astimezone(UTC)

    def next_timer(self, at: datetime) -> Timer:
        return Timer(kind=f"{_PREFIX}{self.name}", key=f"{self.cron} {self.zone}", due_at=self.after(at))

    def kind(self) -> TimerKind:
        async def fire(work: UnitOfWork, _: Timer) -> None:
            timers.schedule(work, self.next_timer(work.now))
            await self.effect(work)

        return TimerKind(f"{_PREFIX}{self.name}", fire)


def scheduled(name: str, cron: str, *, zone: str = "UTC") -> Callable[[Effect], Schedule]:
    """`@scheduled("score_leads", "0 3 * * *", zone="Europe/Berlin")` before `async def score_leads(work)`."""

    def define(effect: Effect) -> Schedule:
        return Schedule(name, cron, effect, zone)

    return define


@answering()
async def keep_schedules(store: Store, schedules: Sequence[Schedule]) -> None:
    """Sets the timer of each schedule that has none, and takes away those whose times are no longer wanted."""
    documents = store.collection(TIMERS)
    wanted = [schedule.next_timer(utc_now()) for schedule in schedules]
    for timer in wanted:
        document = timers.waiting(timer, Context())
        await documents.update_one({"_id": timer.id}, {"$setOnInsert": document}, upsert=True)
        store.tell_private(TIMERS, document)
    outdated = {"kind": {"$in": [timer.kind for timer in wanted]}, "_id": {"$nin": [timer.id for timer in wanted]}}
    await documents.delete_many(outdated)
