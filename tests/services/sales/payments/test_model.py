from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.billing import InvoiceState, Reversal
from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.invoices import model as invoices
from services.sales.invoices.model import Invoice
from services.sales.payments import model
from services.sales.payments.model import PaymentRefunded, TooManyPayments
from services.sales.pricing.model.document import NOTHING
from tests.services.sales.invoices.samples import ISSUED, NOW, TODAY, invoice, paying, refunding, types
from tests.services.sales.pricing.samples import DIGITS, requests

LATER = invoices.overdue_from(ISSUED.due_date or TODAY)
BOUNCED = Reversal(reason="Bounced", recorded_at=NOW, recorded_by="user-7")


def paid(*amounts: str, of: Invoice = ISSUED) -> Invoice:
    known = of
    for number, amount in enumerate(amounts, 1):
        known, _ = model.record_payment(known, paying(amount, number), at=NOW)
    return known


def canceled(known: Invoice) -> Invoice:
    return invoices.cancel(known, credit_note_id="note-1", reason=None, at=NOW)[0]


def reversed_(known: Invoice, number: int) -> Invoice:
    return model.reverse_payment(known, f"payment-{number}", BOUNCED, at=NOW)[0]


def refunded(known: Invoice, *amounts: str) -> Invoice:
    for number, amount in enumerate(amounts, 1):
        known, _ = model.record_refund(known, refunding(amount, number))
    return known


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


def test_what_did_not_last_is_owed_again_and_stays_in_the_history() -> None:
    part, reversal = model.reverse_payment(paid("500", "50"), "payment-1", BOUNCED, at=NOW)

    assert (part.state, part.paid_amount, part.balance_amount) == ("issued", Decimal(50), Decimal("544.76"))
    assert [(each.id, each.amount, each.reversal) for each in part.payments] == [
        ("payment-1", Decimal(500), BOUNCED),
        ("payment-2", Decimal(50), None),
    ]
    assert types(reversal) == ["payment_reversed"]
    assert paid("544.76", of=part).state == "paid"


@pytest.mark.parametrize(
    ("at", "state", "told"),
    [
        (NOW, "issued", ["payment_reversed"]),
        (LATER - timedelta(milliseconds=1), "issued", ["payment_reversed"]),
        (LATER, "overdue", ["payment_reversed", "overdue"]),
    ],
)
def test_what_was_paid_is_open_once_more_and_overdue_after_its_day(at: datetime, state: str, told: list[str]) -> None:
    reopened, events = model.reverse_payment(paid("594.76"), "payment-1", BOUNCED, at=at)

    assert (reopened.state, reopened.paid_at, reopened.balance_amount) == (state, None, Decimal("594.76"))
    assert types(events) == told


def test_an_overdue_invoice_stays_overdue() -> None:
    overdue, _ = invoices.fall_due(paid("1"))

    assert reversed_(overdue, 1).state == "overdue"


@pytest.mark.parametrize(
    ("known", "number", "code"), [(paid("1"), 2, "unknown_payment"), (reversed_(paid("1"), 1), 1, "reversed_before")]
)
def test_a_payment_is_reversed_once(known: Invoice, number: int, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        reversed_(known, number)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/payment_id", code)]


def test_what_was_paid_on_a_canceled_invoice_is_given_back_and_no_more() -> None:
    owing_back = canceled(paid("500"))

    part, told = model.record_refund(owing_back, refunding("200"))
    whole = refunded(owing_back, "200", "300")

    assert (part.state, part.refunded_amount, part.balance_amount) == ("canceled", Decimal(200), Decimal(-300))
    assert (types(told), [each.id for each in part.refunds]) == (["refund_recorded"], ["refund-1"])
    assert (whole.paid_amount, whole.refunded_amount, whole.balance_amount) == (Decimal(500), Decimal(500), NOTHING)
    for known, amount in ((part, "300.01"), (whole, "0.01"), (canceled(ISSUED), "0.01")):
        with pytest.raises(InvalidFields) as refused:
            model.record_refund(known, refunding(amount))
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/amount", "exceeds_balance")]
    with pytest.raises(MoveRefused):
        model.record_refund(paid("500"), refunding("1"))


def test_what_was_given_back_does_not_bounce_as_well() -> None:
    known = refunded(canceled(paid("500", "94.76")), "500")

    with pytest.raises(PaymentRefunded):
        reversed_(known, 1)
    assert reversed_(known, 2).balance_amount == 0


def test_refunds_are_bounded() -> None:
    crowded = canceled(paid("500")).evolve(refunds=[refunding("0.01", each) for each in range(model.MOST_PAYMENTS)])

    with pytest.raises(TooManyPayments):
        model.record_refund(crowded, refunding("0.01"))


@given(requests(), st.data())
def test_the_balance_is_always_what_is_left_of_the_total(asked: dict[str, Any], data: st.DataObject) -> None:
    if not asked["lines"]:
        return
    known, _ = invoices.issue(invoice(**asked), number="INV-2026-00001", at=NOW)
    total, coin = known.total_amount or NOTHING, Decimal(1).scaleb(-DIGITS[asked["currency"]])

    for number in range(1, data.draw(st.integers(1, 10))):
        action = data.draw(st.sampled_from(invoices.MOVES.open_actions(known.state)))
        left = abs(known.balance_amount or NOTHING)
        amount = data.draw(st.sampled_from([coin, left - coin, left, left + coin]))
        known = acted(known, action, max(amount, coin), number, reversing=data.draw(st.integers(1, number)))
        if data.draw(st.booleans()) and known.state is InvoiceState.ISSUED:
            known, _ = invoices.fall_due(known)
        require_sums(known, total)


def acted(known: Invoice, action: str, amount: Decimal, number: int, *, reversing: int) -> Invoice:
    """The invoice after that, or as it was where that is refused."""
    try:
        match action:
            case "record_payment":
                return model.record_payment(known, paying(amount, number), at=NOW)[0]
            case "reverse_payment":
                return reversed_(known, reversing)
            case "record_refund":
                return model.record_refund(known, refunding(amount, number))[0]
        return canceled(known)
    except (InvalidFields, PaymentRefunded):
        return known


def require_sums(known: Invoice, total: Decimal) -> None:
    payments = sum((each.amount for each in known.payments), NOTHING)
    reversals = sum((each.amount for each in known.payments if each.reversal), NOTHING)
    refunds = sum((each.amount for each in known.refunds), NOTHING)
    balance = known.balance_amount or NOTHING
    assert balance == total - payments + reversals + refunds - known.credited_amount
    assert (known.paid_amount, known.refunded_amount) == (payments - reversals, refunds)
    assert NOTHING <= refunds <= payments - reversals <= total
    if known.state is InvoiceState.CANCELED:
        assert (known.credited_amount, balance) == (total, refunds - known.paid_amount)
    else:
        assert (refunds, known.credited_amount) == (NOTHING, NOTHING)
        assert (known.state is InvoiceState.PAID) == (balance == NOTHING)
