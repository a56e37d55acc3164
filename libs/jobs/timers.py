"""Durable timers: something is to happen at a time, once, whatever copies of the service run then.

A timer is scheduled and canceled in the commit of the command that wants it, and is gone with the commit of its effect.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from libs.domain.record import Index
from libs.jobs.leased import UNTRIED
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.mongo import Document
from libs.store.work import UnitOfWork

TIMERS: Final = "timers"
INDEXES: Final = (Index(("free_at",)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """There is one timer of a kind and a key: scheduling it again moves it."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    correlation_id: str = field(default_factory=new_id)
    traceparent: str | None = None

    @property
    def id(self) -> str:
        return timer_id(self.kind, self.key)

    @property
    def context(self) -> Context:
        """The origin that events of the effect will tell."""
        return Context(correlation_id=self.correlation_id, traceparent=self.traceparent)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Timer":
        names = ("kind", "key", "due_at", "payload", "correlation_id", "traceparent")
        return cls(**{name: document[name] for name in names})


def timer_id(kind: str, key: str) -> str:
    return f"{kind}|{key}"


Fire = Callable[[UnitOfWork, Timer], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class TimerKind:
    """What timers of one kind do. `fire` may run again where another writer was quicker, like any command."""

    name: str
    fire: Fire

    def at(self, due_at: datetime, key: str, **payload: Any) -> Timer:
        return Timer(kind=self.name, key=key, due_at=due_at, payload=payload)


def timer(name: str) -> Callable[[Fire], TimerKind]:
    """`@timer("response_due")` before `async def respond_or_escalate(work, timer)`."""

    def define(fire: Fire) -> TimerKind:
        return TimerKind(name, fire)

    return define


def schedule(work: UnitOfWork, timer: Timer) -> None:
    """Sets the timer in this commit; it replaces the one of the same kind and key, even if that fires just now."""
    work.overwrite(TIMERS, waiting(timer, work.context))


def cancel(work: UnitOfWork, kind: str, key: str) -> None:
    """Takes the timer away in this commit, if it is there: its effect comes before this commit or never."""
    work.drop(TIMERS, timer_id(kind, key))


def waiting(timer: Timer, context: Context) -> Document:
    return {
        "_id": timer.id,
        "kind": timer.kind,
        "key": timer.key,
        "due_at": timer.due_at,
        "free_at": timer.due_at,
        "payload": dict(timer.payload),
        **UNTRIED,
        "correlation_id": context.correlation_id,
        "traceparent": context.traceparent,
    }
