"""The sending of one event to one webhook, and when it is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.values import Moment, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a receiver is tried. `chance` is a number from 0 to 1 that spreads what would happen at once."""

    give_up_after: timedelta = timedelta(days=1)
    """How long a delivery is tried, and how long a receiver may fail at everything before its webhook is disabled."""
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(hours=1)
    failures: int = 3
    """Rounds without any success, one after the other, after which a receiver is tried by one delivery at a time."""
    first_rest: timedelta = timedelta(seconds=2)
    longest_rest: timedelta = timedelta(minutes=5)

    def pause(self, tries: int, *, chance: float) -> timedelta:
        """From a delivery's failed attempt to its next: three times as long each time."""
        return _spread(min(self.first_pause * 3 ** min(tries - 1, 10), self.longest_pause), chance)

    def rest(self, health: "Health", *, chance: float) -> timedelta:
        """How long a receiver in trouble is left alone: twice as long each time."""
        if not self.troubled(health):
            return timedelta()
        return _spread(min(self.first_rest * 2 ** min(health.failures - self.failures, 10), self.longest_rest), chance)

    def troubled(self, health: "Health") -> bool:
        return health.failures >= self.failures

    def hopeless(self, health: "Health", at: datetime) -> bool:
        return health.failing_since is not None and at - health.failing_since >= self.give_up_after

    def outcome(
        self, attempt: "Attempt", *, tries: int, begun_at: datetime, chance: float
    ) -> tuple["DeliveryState", datetime | None]:
        """What becomes of a delivery by its attempt number `tries`, and when it is tried again."""
        if attempt.succeeded:
            return DeliveryState.DELIVERED, None
        if attempt.at - begun_at >= self.give_up_after:
            return DeliveryState.FAILED, None
        return DeliveryState.PENDING, attempt.at + self.pause(tries, chance=chance)


def _spread(length: timedelta, chance: float) -> timedelta:
    return length * (0.75 + chance / 2)


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attempt(Value):
    """One request. `status` is the receiver's; without an answer `error` says what went wrong."""

    at: Moment
    duration_ms: int
    status: int | None = None
    error: str | None = None
    response: str | None = None
    """The beginning of the answer's body."""

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more at all."""
        return self.status == 410

    @property
    def trouble(self) -> str | None:
        """What went wrong, in a few words."""
        return None if self.succeeded else self.error or f"answered {self.status}"


class Delivery(BaseModel):
    """As clients see it. `attempts` are the latest, `tries` counts them all; `due_at` is the next one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    webhook_id: str
    position: int
    event_id: str
    type: str
    subject: str
    state: DeliveryState
    tries: int = 0
    attempts: Annotated[tuple[Attempt, ...], Field(max_length=20)] = ()
    created_at: Moment
    due_at: Moment | None = None
    settled_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How a receiver does: `failures`, the rounds since its last success, and since when."""

    failures: int = 0
    failing_since: datetime | None = None

    def after(self, attempts: Sequence[Attempt]) -> "Health":
        """After a round of attempts."""
        if any(attempt.succeeded for attempt in attempts):
            return Health()
        return Health(self.failures + 1, self.failing_since or attempts[0].at)
