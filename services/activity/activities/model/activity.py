"""What activities of every type have: a subject, a time, something they are about, and how far they have come."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field

from libs.contracts.activity import ActivityState
from libs.contracts.values import Moment, Reference, Value
from libs.domain.fields import INDEXED, INITIAL, LISTED, SEARCHED, Line, Text
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields
from services.activity.activities.model.parties import MOST_PARTIES, Party, refuse_rivals
from services.activity.activities.model.reminders import MOST_REMINDERS, Reminder

LONGEST_SECONDS: Final = 366 * 24 * 3600

Reasons = Mapping[ActivityState, tuple[str, ...]]
"""The status reasons of each state; the first is the usual one."""


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Happening(Value):
    """When an activity took place, now by default, how long it lasted, and what came of it."""

    occurred_at: Moment | None = None
    duration_seconds: Annotated[int | None, Field(ge=0, le=LONGEST_SECONDS)] = None
    outcome: Line | None = None
    reason: Line | None = None


_TO_SETTLE: Final = {
    "schedule": ActivityState.SCHEDULED,
    "complete": ActivityState.COMPLETED,
    "cancel": ActivityState.CANCELED,
}
_SETTLED: Final = {"reopen": ActivityState.OPEN}

MOVES: Final = Moves(
    {
        ActivityState.OPEN: _TO_SETTLE,
        ActivityState.SCHEDULED: _TO_SETTLE,
        ActivityState.COMPLETED: _SETTLED,
        ActivityState.CANCELED: _SETTLED,
    }
)


UNSETTLED: Final = (ActivityState.OPEN, ActivityState.SCHEDULED)
"""States of what is still to be done."""

TEXTS: Final = ("subject", "description", "regarding.name", "parties", "outcome", "tags", "custom")
"""Where an activity of any type may tell of the person that it is about."""


class Activity(Record, collection="activities", aggregate="activity.activity"):
    """`due` is by when it is to be done, `start` and `end` what it is planned for, `occurred_at` when it took place.

    Only a completed activity took place. One that has happened already is created as completed.
    """

    parent = "regarding"
    personal = Personal(texts=TEXTS, belongs_to={"regarding": None}, parties=("parties",))
    reasons: ClassVar[Reasons] = {state: (state.value,) for state in ActivityState}
    moves: ClassVar[Moves[ActivityState]] = MOVES
    on_completion: ClassVar[Mapping[str, object]] = {}

    type: Annotated[str, INITIAL, INDEXED]
    state: Annotated[ActivityState, INITIAL, LISTED] = ActivityState.OPEN
    status_reason: Annotated[str | None, LISTED] = None
    subject: Annotated[Line, LISTED, SEARCHED]
    description: Annotated[Text | None, SEARCHED] = None
    regarding: Annotated[Reference | None, LISTED] = None
    parties: Annotated[tuple[Party, ...], LISTED, Field(max_length=MOST_PARTIES)] = ()
    priority: Annotated[Priority, LISTED] = Priority.NORMAL
    due: Annotated[Moment | None, LISTED] = None
    start: Annotated[Moment | None, LISTED] = None
    end: Annotated[Moment | None, LISTED] = None
    duration_seconds: Annotated[int | None, Field(ge=0, le=LONGEST_SECONDS), LISTED] = None
    outcome: Annotated[Line | None, LISTED] = None
    occurred_at: Annotated[Moment | None, INITIAL, INDEXED] = None
    reminders: Annotated[tuple[Reminder, ...], Field(max_length=MOST_REMINDERS)] = ()

    def begun(self, *, at: datetime) -> Self:
        """The activity as it is first stored; what has taken place did so now, unless it says when."""
        if self.state is not ActivityState.COMPLETED:
            return self.settled()
        return self.model_copy(update={"occurred_at": self.occurred_at or at, **self.on_completion}).settled()

    def scheduled(self, *, start: datetime, end: datetime | None = None) -> Self:
        return self._moved("schedule", None, start=start, end=end)

    def completed(self, happened: Happening, *, at: datetime) -> Self:
        lasted = self.duration_seconds if happened.duration_seconds is None else happened.duration_seconds
        return self._moved(
            "complete",
            happened.reason,
            occurred_at=happened.occurred_at or at,
            duration_seconds=lasted,
            outcome=happened.outcome or self.outcome,
            **self.on_completion,
        )

    def canceled(self, *, reason: str | None) -> Self:
        return self._moved("cancel", reason)

    def reopened(self, *, reason: str | None) -> Self:
        return self._moved("reopen", reason, occurred_at=None)

    def _moved(self, action: str, reason: str | None, **changes: object) -> Self:
        state = self.moves.after(action, state=self.state)
        if reason is not None and reason not in self.reasons[state]:
            raise self._unknown_reason("/reason", state)
        return self.evolve(state=state, status_reason=reason, **changes).settled()

    def times(self, after: datetime) -> Iterator[datetime]:
        """When it begins, or is due if it says no start, as far as that is later than `after`."""
        if (begins := self.start or self.due) and begins > after:
            yield begins

    def revised(self, _before: "Activity") -> Self:
        """The activity as somebody has changed it."""
        return self.settled()

    def settled(self) -> Self:
        """The activity with its status reason; raises `InvalidFields` where its fields contradict each other."""
        refuse_rivals(self.parties)
        for number, reminder in enumerate(self.reminders):
            if reminder.at is None and not (self.start or self.due):
                pointer = f"/reminders/{number}/minutes_before"
                raise InvalidFields.at(pointer, "no_time", "an activity with neither start nor due reminds at a moment")
        if self.start and self.end and self.end < self.start:
            raise InvalidFields.at("/end", "before_start", "must not be before start")
        if self.state is ActivityState.SCHEDULED and self.start is None:
            raise InvalidFields.at("/start", "missing", "a scheduled activity has a start")
        if self.occurred_at and self.state is not ActivityState.COMPLETED:
            raise InvalidFields.at("/occurred_at", "not_completed", "only a completed activity took place")
        if self.status_reason is None:
            return self.model_copy(update={"status_reason": self.usual_reason()})
        if self.status_reason not in self.reasons[self.state]:
            raise self._unknown_reason("/status_reason", self.state)
        return self

    def usual_reason(self) -> str:
        return self.reasons[self.state][0]

    def _unknown_reason(self, pointer: str, state: ActivityState) -> InvalidFields:
        return InvalidFields.at(pointer, "unknown_reason", f"in state {state} one of {', '.join(self.reasons[state])}")
