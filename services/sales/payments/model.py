"""What is paid on an invoice, what of that is taken back by the bank, and what we give back."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from libs.contracts.billing import (
    InvoiceOverdue,
    InvoicePaymentRecorded,
    InvoicePaymentReversed,
    InvoiceRefundRecorded,
    InvoiceState,
    Payment,
    Refund,
    Reversal,
)
from libs.domain.money import refuse_finer
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.invoices.model import MOVES, Events, Invoice, overdue_from, settled
from services.sales.pricing.model.document import NOTHING

MOST_PAYMENTS: Final = 100
"""Payments of one invoice, and as many refunds."""


class TooManyPayments(Refusal):
    """The invoice has as many payments or refunds as one can have."""

    code = "too_many_payments"


class PaymentRefunded(Refusal):
    """What was given back of a payment cannot be taken back by the bank as well."""

    code = "payment_refunded"


def record_payment(invoice: Invoice, payment: Payment, *, at: datetime) -> tuple[Invoice, Events]:
    """Adds a payment; raises `InvalidFields` where it is more than is owed."""
    MOVES.after("record_payment", state=invoice.state)
    _require_at_most(invoice, payment.amount, invoice.balance_amount or NOTHING, "is owed")
    _require_place(len(invoice.payments))
    paid = _balanced(invoice, payments=(*invoice.payments, payment), refunds=invoice.refunds)
    return settled(paid, InvoicePaymentRecorded(payment_id=payment.id), at=at)


def reverse_payment(invoice: Invoice, payment_id: str, reversal: Reversal, *, at: datetime) -> tuple[Invoice, Events]:
    """A payment that did not last stays among the others, and does not count: so much is owed again.

    Raises `InvalidFields` where there is no such payment that counts, and `PaymentRefunded`.
    """
    MOVES.after("reverse_payment", state=invoice.state)
    payment = _counting(invoice, payment_id)
    if invoice.state is InvoiceState.CANCELED and payment.amount > -(invoice.balance_amount or NOTHING):
        raise PaymentRefunded("so much of what was paid is refunded that this payment must stay")
    reversed_ = payment.model_copy(update={"reversal": reversal})
    payments = tuple(reversed_ if each is payment else each for each in invoice.payments)
    owing = _balanced(invoice, payments=payments, refunds=invoice.refunds)
    event = InvoicePaymentReversed(payment_id=payment_id, reason=reversal.reason)
    return _reopened(owing, event, at=at) if invoice.state is InvoiceState.PAID else (owing, (event,))


def _counting(invoice: Invoice, payment_id: str) -> Payment:
    payment = next((each for each in invoice.payments if each.id == payment_id), None)
    if payment is None:
        raise InvalidFields.at("/payment_id", "unknown_payment", "the invoice has no such payment")
    if payment.reversal is not None:
        raise InvalidFields.at("/payment_id", "reversed_before", "the payment is reversed already")
    return payment


def _reopened(invoice: Invoice, event: InvoicePaymentReversed, *, at: datetime) -> tuple[Invoice, Events]:
    """It is owed once more; overdue if its day was over before."""
    late = invoice.due_date is not None and overdue_from(invoice.due_date) <= at
    state = InvoiceState.OVERDUE if late else InvoiceState.ISSUED
    reopened = invoice.model_copy(update={"state": state, "paid_at": None})
    return reopened, (event, InvoiceOverdue()) if late else (event,)


def record_refund(invoice: Invoice, refund: Refund) -> tuple[Invoice, Events]:
    """Adds a refund; raises `InvalidFields` where it is more than the customer is owed."""
    MOVES.after("record_refund", state=invoice.state)
    _require_at_most(invoice, refund.amount, -(invoice.balance_amount or NOTHING), "is to be given back")
    _require_place(len(invoice.refunds))
    refunded = _balanced(invoice, payments=invoice.payments, refunds=(*invoice.refunds, refund))
    return refunded, (InvoiceRefundRecorded(refund_id=refund.id),)


def _require_at_most(invoice: Invoice, amount: Decimal, most: Decimal, what: str) -> None:
    refuse_finer(invoice.currency, {"/amount": amount})
    if amount > most:
        raise InvalidFields.at("/amount", "exceeds_balance", f"no more than {most} {invoice.currency} {what}")


def _require_place(count: int) -> None:
    if count >= MOST_PAYMENTS:
        raise TooManyPayments(f"an invoice has at most {MOST_PAYMENTS} payments, and as many refunds")


def _balanced(invoice: Invoice, *, payments: tuple[Payment, ...], refunds: tuple[Refund, ...]) -> Invoice:
    """The invoice with these payments and refunds, and the sums that follow."""
    paid = sum((each.amount for each in payments if each.reversal is None), NOTHING)
    refunded = sum((each.amount for each in refunds), NOTHING)
    total = invoice.total_amount or NOTHING
    return invoice.evolve(
        payments=payments,
        refunds=refunds,
        paid_amount=paid,
        refunded_amount=refunded,
        balance_amount=total - paid + refunded - invoice.credited_amount,
    )
