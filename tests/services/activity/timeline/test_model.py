"""What an event contributes to timelines."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from libs.contracts import activity, appointments, campaign_responses, marketing, sales
from libs.contracts.envelope import Envelope
from services.activity.timeline import model
from tests.support.events import envelope

MONDAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TUESDAY = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)


def call(verb: str, *, occurred_at: str | None) -> Envelope:
    record = {"id": "c1", "type": "phone_call", "subject": "Renewal", "occurred_at": occurred_at, "due": None}
    return replace(envelope(f"activity.phone_call.{verb}", "activities", record), time=TUESDAY)


@pytest.mark.parametrize("verb", ["created", "completed"])
def test_a_call_stands_where_it_was_held_not_where_it_was_typed_in(verb: str) -> None:
    assert model.happened_at(call(verb, occurred_at="2026-05-04T09:30:00Z")) == MONDAY


def test_nothing_stands_later_than_it_was_announced() -> None:
    assert model.happened_at(call("created", occurred_at="2027-01-01T00:00:00Z")) == TUESDAY


@pytest.mark.parametrize("verb", ["updated", "assigned", "deleted"])
def test_what_was_done_with_a_call_later_stands_where_it_was_done(verb: str) -> None:
    assert model.happened_at(call(verb, occurred_at="2026-05-04T09:30:00Z")) == TUESDAY


def test_a_call_that_was_not_held_yet_stands_where_it_was_planned() -> None:
    assert model.happened_at(call("created", occurred_at=None)) == TUESDAY


def test_an_event_is_about_its_subject_and_all_that_the_record_points_to() -> None:
    record = {
        "id": "r1",
        "campaign_id": "spring",
        "parent_account_id": None,
        "regarding": {"collection": "leads", "id": "l1", "name": "Ada"},
        "customer": {"collection": None, "id": None, "email": "eve@example.org"},
        "attendees": [{"collection": "contacts", "id": "c1"}, {"collection": "contacts", "id": "c2"}],
        "prices": [1, 2],
        "subject": "Hello",
    }

    about = model.about(envelope("activity.campaign_response.created", "activities", record))

    assert about == {"activities/r1", "campaigns/spring", "leads/l1", "contacts/c1", "contacts/c2"}


def test_an_event_is_about_what_its_own_fields_name() -> None:
    event = envelope("sales.lead.qualified", "leads", {"id": "l1"}, opportunity_id="o1")

    assert model.about(event) == {"leads/l1", "opportunities/o1"}


def test_an_event_is_about_the_record_that_a_reference_was_taken_from() -> None:
    changed: dict[str, Any] = {
        "regarding": {"before": {"collection": "leads", "id": "old"}, "after": {"collection": "leads", "id": "new"}},
        "account_id": {"before": "a1", "after": None},
    }
    record = {"id": "t1", "regarding": {"collection": "leads", "id": "new"}, "account_id": None}

    about = model.about(envelope("activity.task.updated", "activities", record, changed=changed))

    assert about == {"activities/t1", "leads/new", "leads/old", "accounts/a1"}


def test_the_summary_of_an_activity_says_its_own_type() -> None:
    visit = {"type": "custom", "activity_type": "site_visit", "subject": "Look", "fields": {"visitors": 3}}
    entry = model.entry_of(envelope("activity.custom.created", "activities", visit))

    assert entry["activity"] == {"type": "custom", "activity_type": "site_visit"}


def test_an_activity_is_summed_up_and_nothing_else_is() -> None:
    assert model.entry_of(call("created", occurred_at=None))["activity"] == {"type": "phone_call"}
    assert "activity" not in model.entry_of(envelope("sales.lead.created", "leads", {"topic": "Engines"}))


STATE = {"state": {"before": "open", "after": "won"}}
STAGE = {"stage": {"before": "develop", "after": "propose"}}
NAME = {"name": {"before": "Loan", "after": "Credit"}}


@pytest.mark.parametrize(
    ("type_", "collection", "changed", "kind"),
    [
        ("activity.phone_call.created", "activities", {}, "phone_call"),
        ("activity.task.completed", "activities", STATE, "task"),
        ("activity.custom.updated", "activities", NAME, "custom"),
        ("activity.note.created", "notes", {}, "note"),
        ("activity.activity_type.created", "activity_types", {}, "creation"),
        ("sales.opportunity.created", "opportunities", {}, "creation"),
        ("sales.opportunity.won", "opportunities", STATE, "state"),
        ("sales.opportunity.moved", "opportunities", STAGE, "state"),
        ("sales.opportunity.updated", "opportunities", NAME, "change"),
        ("sales.opportunity.deleted", "opportunities", {}, "change"),
    ],
)
def test_an_entry_is_of_one_kind(type_: str, collection: str, changed: dict[str, Any], kind: str) -> None:
    event = envelope(type_, collection, {"name": "Loan"}, changed=changed)
    entry = model.entry_of(event)

    assert (entry["kind"], model.view_of(event.id, entry)["kind"]) == (kind, kind)
    assert model.KINDS[kind] == (kind,)


def test_whoever_asks_for_activities_gets_those_of_all_types() -> None:
    assert {"phone_call", "email", "custom", "campaign_response"} < set(model.KINDS["activity"])


def test_a_title_says_the_type_in_words() -> None:
    assert model.title_of_type("activity.campaign_response.created") == "Campaign response created"
    assert model.title_of_type("sales.lead.qualified") == "Lead qualified"


@pytest.mark.parametrize("published", [activity, campaign_responses, appointments, marketing, sales])
def test_every_single_id_that_records_carry_is_known(published: Any) -> None:
    # The records of all services are known here by their snapshots; a new kind of id belongs into the table.
    elsewhere = {"owner_id", "created_by", "modified_by", "unmerged_id"}
    fields = {name for event in published.EVENTS for name in (*event.model_fields, *event.snapshot.model_fields)}

    assert {name for name in fields if name.endswith("_id")} - elsewhere <= model.REFERENCE_FIELDS.keys()
