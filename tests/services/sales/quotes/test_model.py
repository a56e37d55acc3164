from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.contracts.documents import QuoteState
from libs.domain.refusals import InvalidFields
from services.sales.customer_documents.model import following
from services.sales.documents.model import figured
from services.sales.opportunities.model import Opportunity, Prospect
from services.sales.pricing.model.document import Discount, DocumentLine
from services.sales.quotes import model
from services.sales.quotes.model import Quote, QuoteEmpty, QuoteExpired, QuoteLocked
from tests.services.sales.pricing.samples import priced

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINES = (DocumentLine(product_id="desk", quantity=Decimal(2)),)
DRAFT = figured(
    Quote.model_validate(
        {
            "id": "quote-1",
            "number": "Q-2026-000001",
            "name": "Desks",
            "customer": {"collection": "accounts", "id": "account-1"},
            "lines": LINES,
            "valid_until": date(2026, 11, 22),
            "tags": ("spring",),
            "owner_id": "user-7",
        }
    ),
    priced(lines=[{"product_id": "desk", "quantity": 2}]),
)
ACTIVE = model.activate(DRAFT, at=NOW)[0]


def test_an_offer_keeps_the_figures_that_it_was_activated_with() -> None:
    assert (ACTIVE.state, ACTIVE.activated_at) == ("active", NOW)
    assert (ACTIVE.priced, ACTIVE.total_amount) == (DRAFT.priced, Decimal("594.76"))


@pytest.mark.parametrize(
    "change", [{"name": "Chairs"}, {"lines": ()}, {"discount": Discount(percent=Decimal(5))}, {"valid_until": None}]
)
def test_what_was_offered_stays_as_it_is(change: dict[str, Any]) -> None:
    model.require_editable(DRAFT, DRAFT.evolve(**change))

    with pytest.raises(QuoteLocked) as refused:
        model.require_editable(ACTIVE, ACTIVE.evolve(**change))

    assert refused.value.extra["open_actions"] == ["accept", "decline", "revise", "cancel"]


def test_own_notes_may_change_in_any_state() -> None:
    model.require_editable(ACTIVE, ACTIVE.evolve(tags=("autumn",), custom={"region": "north"}))


def test_nothing_cannot_be_offered() -> None:
    with pytest.raises(QuoteEmpty):
        model.activate(DRAFT.evolve(lines=()), at=NOW)


def test_an_offer_ends_after_its_last_day() -> None:
    assert model.accept(ACTIVE, order_id="order-1", at=NOW)[0].state == "won"
    with pytest.raises(QuoteExpired):
        model.accept(ACTIVE, order_id="order-1", at=NOW + timedelta(days=1))
    with pytest.raises(QuoteExpired):
        model.activate(DRAFT, at=NOW + timedelta(days=1))


def test_a_revision_is_a_draft_at_the_same_figures_under_the_same_number() -> None:
    closed, event, revision = model.revise(ACTIVE, revision_id="quote-2", at=NOW)

    assert (closed.state, closed.status_reason, closed.next_revision_id) == ("closed", "revised", "quote-2")
    assert event.revision_id == revision.id == "quote-2"
    assert (revision.state, revision.number, revision.revision) == (QuoteState.DRAFT, "Q-2026-000001", 2)
    assert (revision.lines, revision.priced, revision.tags) == (LINES, DRAFT.priced, ("spring",))
    assert (revision.version, revision.activated_at, revision.status_reason) == (1, None, None)
    assert revision.owner_id == "user-7"


def test_a_declined_quote_says_why() -> None:
    declined, event = model.decline(ACTIVE, reason="Too late", at=NOW)

    assert (declined.state, declined.status_reason, declined.decline_reason) == ("closed", "declined", "Too late")
    assert (declined.closed_at, event.reason) == (NOW, "Too late")


def opportunity(**fields: Any) -> Opportunity:
    return Opportunity.model_validate({"id": "o-1", "name": "Desks", "prospect": Prospect(last_name="Lee"), **fields})


def test_a_quote_of_an_opportunity_is_for_whom_that_is_and_offers_what_it_asks() -> None:
    bare = Quote(id="quote-1", name="Desks")

    quote = following(bare, opportunity(lines=LINES, prices_include_tax=True))

    assert quote.prospect == Prospect(last_name="Lee")
    assert (quote.lines, quote.prices_include_tax) == (LINES, True)
    own = following(DRAFT, opportunity(customer={"collection": "contacts", "id": "c-1"}, prices_include_tax=True))
    known = following(bare, opportunity(customer={"collection": "contacts", "id": "c-1"}))
    assert (known.customer is not None, known.prospect) == (True, None)
    assert (own.customer, own.lines, own.prices_include_tax) == (DRAFT.customer, LINES, False)


@pytest.mark.parametrize(
    ("quote", "code"),
    [
        (DRAFT.evolve(customer=None), "/customer"),
        (DRAFT.evolve(valid_from=date(2026, 11, 23)), "/valid_until"),
        (DRAFT.evolve(currency="USD"), "/currency"),
    ],
)
def test_what_does_not_go_together_is_named(quote: Quote, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.require_sound(quote, opportunity())

    assert refused.value.errors[0].pointer == code
