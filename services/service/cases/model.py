"""The case: what a customer asks for or complains about, until it is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from libs.contracts.event import Event
from libs.contracts.service import (
    CaseCanceled,
    CaseEscalated,
    CaseHeld,
    CaseReopened,
    CaseResearched,
    CaseResolved,
    CaseResumed,
    CaseSnapshot,
    CaseState,
    CaseStatus,
)
from libs.contracts.values import Moment, Reference
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.merging import completed
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields, Refusal


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Origin(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    WEB = "web"
    CHAT = "chat"
    SOCIAL = "social"
    IN_PERSON = "in_person"


class CaseType(StrEnum):
    QUESTION = "question"
    PROBLEM = "problem"
    REQUEST = "request"


_ENDS: Final = {"resolve": CaseStatus.PROBLEM_SOLVED, "cancel": CaseStatus.CANCELED}
_RESUMES: Final = {"resume": CaseStatus.IN_PROGRESS}
_REOPENS: Final = {"reopen": CaseStatus.IN_PROGRESS}

STATES: Final = {
    CaseStatus.IN_PROGRESS: CaseState.ACTIVE,
    CaseStatus.RESEARCHING: CaseState.ACTIVE,
    CaseStatus.ON_HOLD: CaseState.ACTIVE,
    CaseStatus.WAITING_FOR_DETAILS: CaseState.ACTIVE,
    CaseStatus.PROBLEM_SOLVED: CaseState.RESOLVED,
    CaseStatus.INFORMATION_PROVIDED: CaseState.RESOLVED,
    CaseStatus.CANCELED: CaseState.CANCELED,
}
"""The state that each status belongs to."""

MOVES: Final = Moves(
    {
        CaseStatus.IN_PROGRESS: {
            "research": CaseStatus.RESEARCHING,
            "hold": CaseStatus.ON_HOLD,
            "escalate": CaseStatus.IN_PROGRESS,
            **_ENDS,
        },
        CaseStatus.RESEARCHING: {
            "hold": CaseStatus.ON_HOLD,
            "escalate": CaseStatus.RESEARCHING,
            **_RESUMES,
            **_ENDS,
        },
        CaseStatus.ON_HOLD: {"escalate": CaseStatus.ON_HOLD, **_RESUMES, **_ENDS},
        CaseStatus.WAITING_FOR_DETAILS: {"escalate": CaseStatus.WAITING_FOR_DETAILS, **_RESUMES, **_ENDS},
        CaseStatus.PROBLEM_SOLVED: _REOPENS,
        CaseStatus.INFORMATION_PROVIDED: _REOPENS,
        CaseStatus.CANCELED: _REOPENS,
    },
    STATES,
)


class Pause(StrEnum):
    """Why nobody works on a case for now."""

    ON_HOLD = "on_hold"
    WAITING_FOR_DETAILS = "waiting_for_details"


class Solution(StrEnum):
    """How a case was resolved."""

    PROBLEM_SOLVED = "problem_solved"
    INFORMATION_PROVIDED = "information_provided"


class EndedSurvivor(Refusal):
    """Nobody would go on with what is still open."""

    code = "ended_survivor"


class BeneathDuplicate(Refusal):
    """A case does not come to be beneath itself: the one above is the one to keep."""

    code = "beneath_duplicate"


class Case(Record, collection="cases", aggregate="service.case"):
    """`customer.name` is what the customer was called when the case was given to them; renaming does not change it."""

    mergeable = True
    personal = Personal(
        texts=("title", "description", "subject", "resolution", "customer.name", "tags", "custom"),
        belongs_to={"contact_id": "contacts", "customer": None},
    )
    indexes: ClassVar[tuple[Index, ...]] = (Index(("number",), unique=True), Index(("customer.id",)))
    parent = "customer"

    state: Annotated[CaseState, GUARDED, INDEXED] = CaseState.ACTIVE
    status_reason: Annotated[CaseStatus, GUARDED, LISTED] = CaseStatus.IN_PROGRESS
    number: Annotated[str, GUARDED, LISTED, SEARCHED]
    title: Annotated[Line, LISTED, SEARCHED]
    description: Annotated[Text | None, SEARCHED] = None
    customer: Annotated[Reference, LISTED, SEARCHED, Lookup.to("accounts", "contacts")]
    contact_id: Annotated[str | None, INDEXED, Lookup.to("contacts")] = None
    priority: Annotated[Priority, LISTED] = Priority.NORMAL
    origin: Annotated[Origin | None, LISTED] = None
    type: Annotated[CaseType | None, LISTED] = None
    subject: Annotated[Line | None, LISTED, SEARCHED] = None
    product: Annotated[Line | None, LISTED] = None
    parent_case_id: Annotated[str | None, INDEXED, Lookup.to("cases")] = None
    escalated_at: Annotated[Moment | None, GUARDED, LISTED] = None
    resolution: Annotated[str | None, GUARDED, SEARCHED] = None
    resolved_at: Annotated[Moment | None, GUARDED, INDEXED] = None
    resolved_by: Annotated[str | None, GUARDED, LISTED] = None
    time_spent_minutes: Annotated[int, GUARDED, LISTED] = 0


def number_of(year: int, count: int) -> str:
    """What people call the case that is the `count`th of a year: CAS-2026-000123."""
    return f"CAS-{year}-{count:06}"


def require_one_level(case: Case, parent: Case, *, has_children: bool) -> None:
    """Raises `InvalidFields` where `parent` above `case` would make more than one level of cases."""
    if case.id == parent.id or parent.parent_case_id is not None or has_children:
        raise InvalidFields.at("/parent_case_id", "one_level", "cases have one level of children")


def combined(case: Case, duplicate: Case) -> Case:
    """What a case becomes by another about the same matter. It stays where it is; the time spent on both is its own.

    Raises `EndedSurvivor` and `BeneathDuplicate`.
    """
    if duplicate.state is CaseState.ACTIVE and case.state is not CaseState.ACTIVE:
        raise EndedSurvivor("an open case is not merged into one that has ended", state=case.state)
    if case.parent_case_id == duplicate.id:
        raise BeneathDuplicate("the case is beneath the duplicate; merge it into that", duplicate=duplicate.id)
    return completed(case, duplicate).evolve(
        parent_case_id=case.parent_case_id,
        time_spent_minutes=case.time_spent_minutes + duplicate.time_spent_minutes,
    )


def research(case: Case) -> tuple[Case, Event[CaseSnapshot]]:
    return _moved(case, "research"), CaseResearched()


def hold(case: Case, *, pause: Pause) -> tuple[Case, Event[CaseSnapshot]]:
    """Nobody works on the case until it is resumed."""
    return _moved(case, "hold").evolve(status_reason=pause.value), CaseHeld()


def resume(case: Case) -> tuple[Case, Event[CaseSnapshot]]:
    return _moved(case, "resume"), CaseResumed()


def escalate(case: Case, *, reason: str | None, at: datetime) -> tuple[Case, Event[CaseSnapshot]]:
    """It needs more attention than it gets: from now on its priority is high."""
    escalated = _moved(case, "escalate").evolve(priority=Priority.HIGH, escalated_at=at)
    return escalated, CaseEscalated(reason=reason)


def resolve(
    case: Case, *, solution: Solution, resolution: str, minutes: int, at: datetime, by: str | None
) -> tuple[Case, Event[CaseSnapshot]]:
    """The customer has their answer."""
    resolved = _moved(case, "resolve").evolve(
        status_reason=solution.value,
        resolution=resolution,
        resolved_at=at,
        resolved_by=by,
        time_spent_minutes=case.time_spent_minutes + minutes,
    )
    event = CaseResolved(reason=resolved.status_reason, resolution=resolution, time_spent_minutes=minutes)
    return resolved, event


def reopen(case: Case) -> tuple[Case, Event[CaseSnapshot]]:
    """Work goes on; what was spent on it stays spent."""
    return _moved(case, "reopen").evolve(resolution=None, resolved_at=None, resolved_by=None), CaseReopened()


def cancel(case: Case) -> tuple[Case, Event[CaseSnapshot]]:
    return _moved(case, "cancel"), CaseCanceled()


def _moved(case: Case, action: str) -> Case:
    status = MOVES.after(action, state=case.status_reason)
    return case.evolve(state=STATES[status], status_reason=status)
