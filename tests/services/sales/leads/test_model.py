from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from libs.contracts.event import Event
from libs.contracts.sales import DisqualifyReason, LeadSnapshot, LeadState
from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.leads import model
from services.sales.leads.model import MOST_RESPONSES, MOVES, Lead, LeadHasOpportunity, LeadSource

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEAD = Lead(id="lead-1", first_name="Ann", last_name="Lee", topic="Credit card")
Move = Callable[[Lead], tuple[Lead, Event[LeadSnapshot]]]

ACTIONS: dict[str, Move] = {
    "contact": model.contact,
    "qualify": lambda lead: model.qualify(lead, opportunity_id="opportunity-1", at=NOW),
    "disqualify": lambda lead: model.disqualify(lead, reason=DisqualifyReason.LOST, opportunity_id=None),
    "reactivate": model.reactivate,
}


@pytest.mark.parametrize("state", LeadState)
@pytest.mark.parametrize("action", sorted(MOVES.actions))
def test_every_move_works_or_is_refused_as_the_table_says(state: LeadState, action: str) -> None:
    lead = LEAD.evolve(state=state)

    if action in MOVES.open_actions(state):
        after, event = ACTIONS[action](lead)
        assert after.state is MOVES.after(action, state=state)
        assert event.type.startswith("sales.lead.")
    else:
        with pytest.raises(MoveRefused) as refusal:
            ACTIONS[action](lead)
        assert refusal.value.extra["state"] == state
        assert refusal.value.extra["open_actions"] == MOVES.open_actions(state)


def test_the_states_are_open_qualified_and_disqualified_with_their_reasons() -> None:
    contacted, _ = model.contact(LEAD)
    qualified, _ = ACTIONS["qualify"](contacted)
    disqualified, _ = model.disqualify(LEAD, reason=DisqualifyReason.CANNOT_CONTACT, opportunity_id=None)
    reactivated, _ = model.reactivate(disqualified)

    assert [(lead.state, lead.status_reason) for lead in (LEAD, contacted, qualified, disqualified, reactivated)] == [
        ("open", "new"),
        ("open", "contacted"),
        ("qualified", None),
        ("disqualified", "cannot_contact"),
        ("open", "new"),
    ]


def test_qualifying_names_the_opportunity_and_the_moment() -> None:
    qualified, event = model.qualify(LEAD, opportunity_id="opportunity-1", at=NOW)

    assert (qualified.opportunity_id, qualified.qualified_at) == ("opportunity-1", NOW)
    assert event.opportunity_id == "opportunity-1"


def test_a_lead_with_an_opportunity_is_not_disqualified() -> None:
    with pytest.raises(LeadHasOpportunity) as refusal:
        model.disqualify(LEAD, reason=DisqualifyReason.LOST, opportunity_id="opportunity-1")

    assert refusal.value.extra["opportunity_id"] == "opportunity-1"


def test_the_full_name_and_the_key_of_the_person_follow_from_the_fields() -> None:
    known_by_mail = model.named(LEAD.evolve(email="Ann@Example.org", phone="+49 30 1234567"))
    known_by_phone = model.named(LEAD.evolve(phone="+49 30 1234567"))
    known_by_name = model.named(LEAD.evolve(company_name="Müller & Söhne"))
    organisation = model.named(Lead(id="lead-2", company_name="Acme"))

    assert known_by_mail.full_name == "Ann Lee"
    assert known_by_mail.person_key == "email:ann@example.org"
    assert known_by_phone.person_key == "phone:+49301234567"
    assert known_by_name.person_key == "name:ann lee|muller sohne"
    assert (organisation.full_name, organisation.person_key) == (None, "name:acme|acme")


def test_a_lead_that_tells_of_nobody_and_nothing_is_refused() -> None:
    with pytest.raises(InvalidFields):
        model.named(Lead(id="lead-1", job_title="Director"))


def test_a_joined_response_is_kept_and_a_source_somebody_gave_stays() -> None:
    typed, event = model.join_response(LEAD, response_id="r-1", campaign_id="c-1")
    referred, _ = model.join_response(LEAD.evolve(source=LeadSource.REFERRAL), response_id="r-1", campaign_id="c-1")

    assert (typed.response_ids, typed.source, typed.source_campaign_id) == (("r-1",), "campaign", "c-1")
    assert (event.response_id, event.campaign_id) == ("r-1", "c-1")
    assert (referred.source, referred.source_campaign_id) == ("referral", None)


def test_a_lead_remembers_its_latest_responses() -> None:
    lead = LEAD.evolve(response_ids=tuple(f"r-{number}" for number in range(MOST_RESPONSES)))

    joined, _ = model.join_response(lead, response_id="last", campaign_id=None)

    assert len(joined.response_ids) == MOST_RESPONSES
    assert joined.response_ids[-1] == "last"
