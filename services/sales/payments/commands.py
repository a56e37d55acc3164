"""What people record of money that came, went back, and was given back."""

from typing import Annotated

from pydantic import Field

from libs.contracts.billing import Payment, PaymentMethod, Refund, Reversal
from libs.contracts.values import Amount, Day, Value
from libs.domain.fields import Line
from libs.store.work import UnitOfWork
from services.sales.invoices.model import Invoice
from services.sales.payments import model


class RecordPayment(Value):
    """Paid today (UTC) unless `paid_on` says otherwise."""

    amount: Annotated[Amount, Field(gt=0)]
    paid_on: Day | None = None
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER
    reference: Line | None = None


class ReversePayment(Value):
    """Which payment did not last, and why."""

    payment_id: Line
    reason: Line | None = None


class RecordRefund(Value):
    """Refunded today (UTC) unless `refunded_on` says otherwise."""

    amount: Annotated[Amount, Field(gt=0)]
    refunded_on: Day | None = None
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER
    reference: Line | None = None


async def record_payment(work: UnitOfWork, invoice_id: str, request: RecordPayment) -> Invoice:
    invoice = await work.get_target(Invoice, invoice_id)
    payment = Payment(
        id=work.new_id(),
        amount=request.amount,
        paid_on=request.paid_on or work.now.date(),
        method=request.method,
        reference=request.reference,
        recorded_at=work.now,
        recorded_by=work.context.actor_id,
    )
    paid, events = model.record_payment(invoice, payment, at=work.now)
    return work.save(paid, *events)


async def reverse_payment(work: UnitOfWork, invoice_id: str, request: ReversePayment) -> Invoice:
    invoice = await work.get_target(Invoice, invoice_id)
    reversal = Reversal(reason=request.reason, recorded_at=work.now, recorded_by=work.context.actor_id)
    owing, events = model.reverse_payment(invoice, request.payment_id, reversal, at=work.now)
    return work.save(owing, *events)


async def record_refund(work: UnitOfWork, invoice_id: str, request: RecordRefund) -> Invoice:
    invoice = await work.get_target(Invoice, invoice_id)
    refund = Refund(
        id=work.new_id(),
        amount=request.amount,
        refunded_on=request.refunded_on or work.now.date(),
        method=request.method,
        reference=request.reference,
        recorded_at=work.now,
        recorded_by=work.context.actor_id,
    )
    refunded, events = model.record_refund(invoice, refund)
    return work.save(refunded, *events)
