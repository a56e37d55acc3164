"""What is announced is what the contract promises."""

from datetime import UTC, datetime

import pytest
from pydantic_core import from_json

from libs.contracts import interactions
from libs.contracts.activity import EVENTS, ActivityState, PhoneCallCreated
from libs.contracts.campaign_responses import CampaignResponseCreated, Response
from libs.contracts.envelope import Envelope
from libs.contracts.values import Reference
from libs.domain.people import Respondent
from libs.domain.record import specs_of
from libs.store.documents import public, to_document, to_json
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.phone_call import PhoneCall
from tests.support.events import envelope

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)


def announced(type_: str, record: Activity) -> Envelope:
    stored = record.model_copy(update={"created_at": NOW})
    view = from_json(to_json(public(type(record), to_document(stored))))
    return Envelope.from_json(envelope(type_, "activities", view).to_json())


def test_a_response_arrives_with_who_answered_what() -> None:
    customer = Respondent(first_name="Grace", last_name="Hopper", email="grace@example.org")
    response = CampaignResponse(
        id="r", campaign_id="spring", response=Response.INTERESTED, customer=customer, occurred_at=NOW
    )

    event = CampaignResponseCreated.received(announced(CampaignResponseCreated.type, response.begun(at=NOW)))

    assert event.record.customer is not None
    assert event.record.customer.email == "grace@example.org"
    assert (event.record.campaign_id, event.record.response) == ("spring", Response.INTERESTED)
    assert (event.record.state, event.record.occurred_at) == (ActivityState.COMPLETED, NOW)


def test_a_call_arrives_with_whom_it_was_about() -> None:
    lead = Reference(collection="leads", id="ada", name="Ada Lovelace")
    call = PhoneCall(id="c", subject="Renewal", regarding=lead, duration_seconds=261)

    event = PhoneCallCreated.received(announced(PhoneCallCreated.type, call.begun(at=NOW)))

    assert (event.record.regarding, event.record.duration_seconds) == (lead, 261)


OF_ACTIVITIES = [each for each in (*EVENTS, *interactions.EVENTS) if ".activity_type." not in each.type]


@pytest.mark.parametrize("event", OF_ACTIVITIES, ids=lambda event: event.type)
def test_every_promised_field_is_one_of_the_record(event: type[PhoneCallCreated]) -> None:
    kind = AnyActivity.kinds[event.type.split(".")[1]]

    assert event.type.startswith(f"{kind.aggregate}.")
    assert event.snapshot.model_fields.keys() <= specs_of(kind).keys()
