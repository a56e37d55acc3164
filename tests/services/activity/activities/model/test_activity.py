"""The life that activities of every type have."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.activity import ActivityState, Direction
from libs.domain.record import draft_of
from libs.domain.refusals import InvalidFields, MoveRefused
from services.activity.activities.model.activity import MOVES, Activity, Happening
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.phone_call import PhoneCall
from services.activity.activities.model.service_activity import ServiceActivity
from services.activity.activities.model.task import Task
from services.activity.activities.model.written import Fax, Letter

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
EARLIER = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

CALL = PhoneCall(id="c", subject="Renewal").begun(at=NOW)
TASK = Task(id="t", subject="Send the offer").begun(at=NOW)
LETTER = Letter(id="l", subject="The offer").begun(at=NOW)
VISIT = ServiceActivity(id="v", subject="Repair").begun(at=NOW)


def completed(activity: Activity, *, reason: str | None = None, at: datetime | None = None) -> Activity:
    return activity.completed(Happening(occurred_at=at, reason=reason), at=NOW)


def move(activity: Activity, action: str) -> Activity:
    match action:
        case "schedule":
            return activity.scheduled(start=NOW, end=NOW)
        case "complete":
            return completed(activity)
        case "cancel":
            return activity.canceled(reason=None)
        case _:
            return activity.reopened(reason=None)


@given(
    kind=st.sampled_from([CALL, TASK, LETTER, VISIT]),
    actions=st.lists(st.sampled_from(sorted(MOVES.actions)), max_size=8),
)
def test_whatever_is_tried_the_state_has_one_of_its_reasons_and_only_the_completed_took_place(
    kind: Activity, actions: list[str]
) -> None:
    activity = kind
    for action in actions:
        try:
            activity = move(activity, action)
        except MoveRefused:
            assert action not in MOVES.open_actions(activity.state)

    assert activity.status_reason in activity.reasons[activity.state]
    assert (activity.occurred_at is not None) == (activity.state is ActivityState.COMPLETED)


def test_completing_says_when_it_took_place() -> None:
    assert completed(CALL).occurred_at == NOW
    assert completed(CALL, at=EARLIER).occurred_at == EARLIER


def test_how_long_it_lasted_is_kept_unless_completing_says_otherwise() -> None:
    planned = CALL.evolve(duration_seconds=600)

    assert completed(planned).duration_seconds == 600
    assert planned.completed(Happening(duration_seconds=0), at=NOW).duration_seconds == 0


def test_a_call_is_made_or_received() -> None:
    assert completed(CALL).status_reason == "made"
    assert completed(CALL.evolve(direction=Direction.INCOMING)).status_reason == "received"
    assert completed(CALL, reason="received").status_reason == "received"


def test_what_is_written_is_sent_or_received() -> None:
    assert completed(LETTER).status_reason == "sent"
    assert completed(Fax(id="f", subject="Order", direction=Direction.INCOMING)).status_reason == "received"


def test_somebody_who_waits_for_work_is_told_until_when() -> None:
    with pytest.raises(InvalidFields) as refused:
        VISIT.scheduled(start=NOW)

    assert refused.value.errors[0].pointer == "/end"
    assert VISIT.scheduled(start=NOW, end=NOW).status_reason == "reserved"
    assert VISIT.canceled(reason="no_show").status_reason == "no_show"


def test_what_came_of_it_is_said_at_its_end_or_before() -> None:
    noted = CALL.evolve(outcome="Left a message")

    assert completed(noted).outcome == "Left a message"
    assert noted.completed(Happening(outcome="Will order"), at=NOW).outcome == "Will order"


def test_a_completed_task_is_done_altogether() -> None:
    begun = Task(id="t", subject="Send the offer", percent_complete=40, state=ActivityState.COMPLETED).begun(at=NOW)

    assert (begun.percent_complete, begun.occurred_at) == (100, NOW)
    assert completed(TASK).model_dump()["percent_complete"] == 100


def test_a_response_is_a_thing_that_happened() -> None:
    response = CampaignResponse(id="r", campaign_id="spring").begun(at=NOW)

    assert (response.state, response.occurred_at) == (ActivityState.COMPLETED, NOW)


def test_a_response_that_somebody_has_to_look_at_is_open() -> None:
    response = CampaignResponse(id="r", campaign_id="spring", state=ActivityState.OPEN).begun(at=NOW)

    assert (response.state, response.occurred_at) == (ActivityState.OPEN, None)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"start": NOW, "end": EARLIER}, "/end"),
        ({"state": ActivityState.SCHEDULED}, "/start"),
        ({"occurred_at": EARLIER}, "/occurred_at"),
        ({"status_reason": "made"}, "/status_reason"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        CALL.evolve(**fields).settled()

    assert refused.value.errors[0].pointer == pointer


@pytest.mark.parametrize("kind", AnyActivity.kinds.values())
def test_each_type_is_an_aggregate_whose_clients_cannot_set_what_is_guarded(kind: type[Activity]) -> None:
    draft = draft_of(kind)

    assert kind.collection == "activities"
    assert kind.aggregate == f"activity.{kind.model_fields['type'].default}"
    assert draft.model_fields.keys() >= {"type", "state", "occurred_at", "subject", "regarding"}
    assert not draft.model_fields.keys() & {"id", "version", "owner_id", "created_at"}
