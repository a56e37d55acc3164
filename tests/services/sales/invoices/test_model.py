from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.credit_notes.model import crediting
from services.sales.invoices import model
from services.sales.invoices.model import InvoiceEmpty, InvoiceLocked
from services.sales.payments.model import record_payment
from services.sales.pricing.model.document import Discount
from tests.services.sales.invoices.samples import DRAFT, ISSUED, LINES, NOW, TODAY, invoice, paying, types


def test_an_issued_invoice_is_owed_as_it_was_calculated() -> None:
    issued, events = model.issue(DRAFT, number="INV-2026-00001", at=NOW)

    assert (issued.state, issued.number, issued.issued_at) == ("issued", "INV-2026-00001", NOW)
    assert (issued.priced, issued.total_amount, issued.balance_amount) == (
        DRAFT.priced,
        Decimal("594.76"),
        Decimal("594.76"),
    )
    assert types(events) == ["issued"]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, date(2026, 12, 22)),
        ({"payment_days": 0}, TODAY),
        ({"payment_days": 14}, date(2026, 12, 6)),
        ({"payment_days": 14, "due_date": date(2026, 12, 31)}, date(2026, 12, 31)),
    ],
)
def test_it_is_due_on_a_day_or_so_many_days_after_the_issue(fields: dict[str, Any], due: date) -> None:
    issued, _ = model.issue(DRAFT.evolve(**fields), number="INV-2026-00001", at=NOW)

    assert issued.due_date == due


def test_nothing_is_due_before_it_is_issued() -> None:
    with pytest.raises(InvalidFields) as refused:
        model.issue(DRAFT.evolve(due_date=TODAY - timedelta(days=1)), number="INV-2026-00001", at=NOW)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/due_date", "before_issue")]


def test_nothing_cannot_be_owed() -> None:
    with pytest.raises(InvoiceEmpty):
        model.issue(DRAFT.evolve(lines=()), number="INV-2026-00001", at=NOW)


def test_what_costs_nothing_is_paid_as_it_is_issued() -> None:
    gift = invoice(lines=LINES, discount={"percent": 100})

    given_away, events = model.issue(gift, number="INV-2026-00001", at=NOW)

    assert (given_away.state, types(events)) == ("paid", ["issued", "paid"])
    assert given_away.balance_amount == 0


@pytest.mark.parametrize(
    "change",
    [{"name": "Chairs"}, {"lines": ()}, {"discount": Discount(percent=Decimal(5))}, {"due_date": None}],
)
def test_what_was_issued_stays_as_it_is(change: dict[str, Any]) -> None:
    model.require_editable(DRAFT, DRAFT.evolve(payment_days=7, **change))

    with pytest.raises(InvoiceLocked) as refused:
        model.require_editable(ISSUED, ISSUED.evolve(**change))

    assert refused.value.extra["open_actions"] == ["record_payment", "reverse_payment", "cancel"]
    with pytest.raises(InvoiceLocked):
        model.require_draft(ISSUED)


def test_own_notes_may_change_in_any_state() -> None:
    model.require_editable(ISSUED, ISSUED.evolve(tags=("autumn",), custom={"region": "north"}))


def test_an_overdue_invoice_is_paid_like_any_other() -> None:
    overdue, _ = model.fall_due(ISSUED)

    assert record_payment(overdue, paying("1"), at=NOW)[0].state == "overdue"
    assert record_payment(overdue, paying("594.76"), at=NOW)[0].state == "paid"
    assert model.overdue_from(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_canceled_invoice_is_credited_as_a_whole_and_what_was_paid_is_owed_back() -> None:
    paid_in_part, _ = record_payment(ISSUED, paying("500"), at=NOW)

    canceled, event = model.cancel(paid_in_part, credit_note_id="note-1", reason="Sent back", at=NOW)
    note = crediting(paid_in_part, id="note-1", number="CN-2026-00001", reason="Sent back", at=NOW)

    assert (canceled.state, canceled.credited_amount, canceled.balance_amount) == (
        "canceled",
        Decimal("594.76"),
        Decimal(-500),
    )
    assert (event.credit_note_id, event.reason) == (note.id, "Sent back")
    assert (note.invoice_id, note.invoice_number, note.priced) == (ISSUED.id, "INV-2026-00001", ISSUED.priced)
    assert (note.customer, note.total_amount, note.owner_id) == (ISSUED.customer, Decimal("594.76"), "user-7")


def test_a_draft_is_removed_rather_than_canceled() -> None:
    with pytest.raises(MoveRefused):
        model.cancel(DRAFT, credit_note_id="note-1", reason=None, at=NOW)
