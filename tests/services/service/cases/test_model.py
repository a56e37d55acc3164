"""The life of a case, walked through its table."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.event import Event
from libs.contracts.service import CaseState, CaseStatus
from libs.contracts.values import Reference
from libs.domain.refusals import InvalidFields, MoveRefused
from services.service.cases import model
from services.service.cases.model import MOVES, STATES, Case, Pause, Priority, Solution

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
CUSTOMER = Reference(collection="accounts", id="acme", name="Acme Ltd")
Move = Callable[[Case], tuple[Case, Event[Any]]]


def a_case(status: CaseStatus = CaseStatus.IN_PROGRESS, **fields: Any) -> Case:
    named = {"id": "1", "number": "CAS-2026-000001", "title": "No light", "customer": CUSTOMER}
    return Case.model_validate({**named, "state": STATES[status], "status_reason": status, **fields})


def resolved(case: Case, *, solution: Solution = Solution.PROBLEM_SOLVED) -> tuple[Case, Event[Any]]:
    return model.resolve(case, solution=solution, resolution="New lamp", minutes=10, at=NOW, by="user-1")


DO: dict[str, Move] = {
    "research": model.research,
    "hold": lambda case: model.hold(case, pause=Pause.ON_HOLD),
    "resume": model.resume,
    "escalate": lambda case: model.escalate(case, reason=None, at=NOW),
    "resolve": resolved,
    "reopen": model.reopen,
    "cancel": model.cancel,
}


def test_every_action_of_the_table_can_be_done() -> None:
    assert DO.keys() == MOVES.actions


@pytest.mark.parametrize(("status", "action"), list(product(CaseStatus, sorted(MOVES.actions))))
def test_each_move_works_where_it_is_open_and_nowhere_else(status: CaseStatus, action: str) -> None:
    case = a_case(status)

    if action in MOVES.open_actions(status):
        moved, event = DO[action](case)
        assert moved.status_reason is MOVES.after(action, state=status)
        assert moved.state is STATES[moved.status_reason]
        assert event.type.startswith("service.case.")
    else:
        with pytest.raises(MoveRefused) as refused:
            DO[action](case)
        assert refused.value.extra["state"] == STATES[status]
        assert refused.value.extra["open_actions"] == MOVES.open_actions(status)


@given(st.lists(st.sampled_from(sorted(DO)), max_size=25))
def test_whatever_is_done_to_a_case_what_it_says_agrees(actions: list[str]) -> None:
    case = a_case()
    resolutions = 0
    for action in actions:
        if action in MOVES.open_actions(case.status_reason):
            case, _ = DO[action](case)
            resolutions += action == "resolve"

    ended = case.state is CaseState.RESOLVED
    assert STATES[case.status_reason] is case.state
    assert [case.resolution is not None, case.resolved_at is not None, case.resolved_by is not None] == [ended] * 3
    assert case.time_spent_minutes == 10 * resolutions


def test_a_pause_and_a_solution_say_their_reason() -> None:
    waiting, _ = model.hold(a_case(), pause=Pause.WAITING_FOR_DETAILS)
    informed, event = resolved(waiting, solution=Solution.INFORMATION_PROVIDED)

    assert (waiting.state, waiting.status_reason) == (CaseState.ACTIVE, CaseStatus.WAITING_FOR_DETAILS)
    assert (informed.state, informed.status_reason) == (CaseState.RESOLVED, CaseStatus.INFORMATION_PROVIDED)
    assert event.payload() == {
        "reason": "information_provided",
        "resolution": "New lamp",
        "time_spent_minutes": 10,
    }


def test_an_escalated_case_is_urgent_and_stays_where_it_is() -> None:
    case, event = model.escalate(a_case(CaseStatus.RESEARCHING), reason="Hospital", at=NOW)

    assert (case.priority, case.escalated_at, case.status_reason) == (Priority.HIGH, NOW, CaseStatus.RESEARCHING)
    assert event.payload() == {"reason": "Hospital"}


@pytest.mark.parametrize(
    ("parent", "has_children"),
    [
        (a_case(id="2", parent_case_id="3"), False),
        (a_case(id="2"), True),
        (a_case(id="1"), False),
    ],
    ids=["under a child", "with children of its own", "under itself"],
)
def test_a_second_level_of_cases_is_refused(parent: Case, has_children: bool) -> None:  # noqa: FBT001
    with pytest.raises(InvalidFields) as refused:
        model.require_one_level(a_case(), parent, has_children=has_children)

    assert refused.value.errors[0].pointer == "/parent_case_id"


def test_numbers_read_and_sort_as_they_were_given() -> None:
    assert model.number_of(2026, 123) == "CAS-2026-000123"
    assert model.number_of(2026, 9) < model.number_of(2026, 10) < model.number_of(2027, 1)
