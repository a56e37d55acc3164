from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.billing import InvoiceState, Payment, PaymentMethod
from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.credit_notes.model import crediting
from services.sales.documents.model import figured
from services.sales.invoices import model
from services.sales.invoices.model import Invoice, InvoiceEmpty, InvoiceLocked, TooManyPayments
from services.sales.pricing.model.document import Discount, DocumentLine, PriceRequest
from tests.services.sales.pricing.samples import DIGITS, priced, requests

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
TODAY = NOW.date()
LINES = (DocumentLine(product_id="desk", quantity=Decimal(2)),)


def invoice(**asked: Any) -> Invoice:
    """A draft over what is asked."""
    terms = {name: value for name, value in PriceRequest.model_validate(asked) if name != "on"}
    customer = {"collection": "accounts", "id": "account-1", "name": "Acme"}
    draft = Invoice.model_validate({"id": "invoice-1", "name": "Desks", "customer": customer, "owner_id": "user-7"})
    return figured(draft.model_copy(update=terms), priced(**asked))


def paying(amount: Decimal | str, number: int = 1) -> Payment:
    return Payment(
        id=f"payment-{number}",
        amount=Decimal(amount),
        paid_on=TODAY,
        method=PaymentMethod.BANK_TRANSFER,
        recorded_at=NOW,
    )


DRAFT = invoice(lines=LINES)
ISSUED = model.issue(DRAFT, number="INV-2026-00001", at=NOW)[0]


def types(events: tuple[Any, ...]) -> list[str]:
    return [event.type.rpartition(".")[2] for event in events]


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

    assert refused.value.extra["open_actions"] == ["record_payment", "cancel"]
    with pytest.raises(InvoiceLocked):
        model.require_draft(ISSUED)


def test_own_notes_may_change_in_any_state() -> None:
    model.require_editable(ISSUED, ISSUED.evolve(tags=("autumn",), custom={"region": "north"}))


def test_payments_are_taken_until_nothing_is_owed() -> None:
    first, recorded = model.record_payment(ISSUED, paying("500"), at=NOW)
    paid, settled = model.record_payment(first, paying("94.76", 2), at=NOW)

    assert (first.state, first.balance_amount) == ("issued", Decimal("94.76"))
    assert (paid.state, paid.paid_amount, paid.balance_amount) == ("paid", Decimal("594.76"), Decimal(0))
    assert (paid.paid_at, [each.id for each in paid.payments]) == (NOW, ["payment-1", "payment-2"])
    assert (types(recorded), types(settled)) == (["payment_recorded"], ["payment_recorded", "paid"])
    with pytest.raises(MoveRefused):
        model.record_payment(paid, paying("0.01"), at=NOW)


@pytest.mark.parametrize(("amount", "code"), [("594.77", "exceeds_balance"), ("1.005", "too_many_decimals")])
def test_a_payment_that_cannot_be_names_its_amount(amount: str, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.record_payment(ISSUED, paying(amount), at=NOW)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/amount", code)]


def test_payments_are_bounded() -> None:
    crowded = ISSUED.evolve(payments=[paying("0.01", number) for number in range(model.MOST_PAYMENTS)])

    with pytest.raises(TooManyPayments):
        model.record_payment(crowded, paying("0.01"), at=NOW)


def test_an_overdue_invoice_is_paid_like_any_other() -> None:
    overdue, _ = model.fall_due(ISSUED)

    assert model.record_payment(overdue, paying("1"), at=NOW)[0].state == "overdue"
    assert model.record_payment(overdue, paying("594.76"), at=NOW)[0].state == "paid"
    assert model.overdue_from(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_canceled_invoice_is_credited_as_a_whole_and_what_was_paid_is_owed_back() -> None:
    paid_in_part, _ = model.record_payment(ISSUED, paying("500"), at=NOW)

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


def test_numbers_tell_the_series_and_the_year() -> None:
    assert model.number_of("INV", 2026, 123) == "INV-2026-00123"


@given(requests(), st.data())
def test_the_balance_is_always_what_is_left_of_the_total(asked: dict[str, Any], data: st.DataObject) -> None:
    if not asked["lines"]:
        return
    known, _ = model.issue(invoice(**asked), number="INV-2026-00001", at=NOW)
    total, coin = known.total_amount or Decimal(0), Decimal(1).scaleb(-DIGITS[asked["currency"]])

    for number in range(data.draw(st.integers(0, 5))):
        amount = data.draw(st.integers(1, int(total / coin) + 2)) * coin
        try:
            known, _ = model.record_payment(known, paying(amount, number), at=NOW)
        except (InvalidFields, MoveRefused):
            assert known.balance_amount is not None
            assert amount > known.balance_amount
        if data.draw(st.booleans()) and known.state is InvoiceState.ISSUED:
            known, _ = model.fall_due(known)
        assert known.paid_amount == sum(each.amount for each in known.payments) <= total
        assert known.balance_amount == total - known.paid_amount - known.credited_amount >= 0
        assert (known.state is InvoiceState.PAID) == (known.balance_amount == 0)
    known, _ = model.cancel(known, credit_note_id="note-1", reason=None, at=NOW)
    assert known.balance_amount == total - known.paid_amount - known.credited_amount == -known.paid_amount
