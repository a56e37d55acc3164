"""Which records belong to which."""

from graphlib import TopologicalSorter
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from services.activity.relations.model import BELONGS_TO, holders_of, tells
from tests.support.events import envelope

ACME = {"collection": "accounts", "id": "acme", "name": "Acme"}


def quote(verb: str = "created", **data: Any) -> Envelope:
    record = {"id": "q1", "customer": ACME, "contact_id": "ada", "opportunity_id": "deal", "price_list_id": "retail"}
    return envelope(f"sales.quote.{verb}", "quotes", record, **data)


def test_a_record_belongs_to_its_customer_and_to_what_it_came_from() -> None:
    assert holders_of(quote()) == ["accounts/acme", "contacts/ada", "opportunities/deal"]


def test_an_account_belongs_to_the_one_above_it_and_not_to_its_contact() -> None:
    account = {"id": "acme", "primary_contact_id": "ada", "parent_account_id": "group"}

    assert holders_of(envelope("sales.account.created", "accounts", account)) == ["accounts/group"]


def test_nothing_belongs_to_itself_by_way_of_others() -> None:
    TopologicalSorter({name: holders - {name} for name, holders in BELONGS_TO.items()}).prepare()


@pytest.mark.parametrize(
    "changed",
    [
        {"contact_id": {"before": None, "after": "ada"}},
        {"contact_id": {"before": "ada", "after": None}},
        {"customer": {"before": ACME, "after": {**ACME, "id": "other"}}},
    ],
)
def test_a_change_of_what_it_points_to_tells_anew_where_a_record_belongs(changed: dict[str, Any]) -> None:
    assert tells(quote("updated", changed=changed))


@pytest.mark.parametrize("field", ["name", "price_list_id"])
def test_a_change_of_anything_else_does_not(field: str) -> None:
    assert not tells(quote("updated", changed={field: {"before": "retail", "after": None}}))


@pytest.mark.parametrize("verb", ["created", "restated", "restored"])
def test_an_event_that_tells_of_no_change_tells_it_anew(verb: str) -> None:
    assert tells(quote(verb))


@pytest.mark.parametrize(
    ("verb", "sequence", "told"), [("created", 1, False), ("restated", 1, True), ("restored", 3, True)]
)
def test_of_records_that_belong_to_nothing_new_ones_need_not_be_told(verb: str, sequence: int, *, told: bool) -> None:
    lead = {"id": "l1", "account_id": None, "contact_id": None}

    assert tells(envelope(f"sales.lead.{verb}", "leads", lead, sequence=sequence)) is told
