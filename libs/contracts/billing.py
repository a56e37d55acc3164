"""What the sales service announces of what is owed: invoices, and the credit notes that take them back."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.priced import Priced
from libs.contracts.values import Amount, Currency, Day, Moment, Money, Reference, Value


class InvoiceState(StrEnum):
    """Of an `overdue` one something is owed after its due date."""

    DRAFT = "draft"
    ISSUED = "issued"
    OVERDUE = "overdue"
    PAID = "paid"
    CANCELED = "canceled"


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    DIRECT_DEBIT = "direct_debit"
    CARD = "card"
    CASH = "cash"
    CHECK = "check"
    OTHER = "other"


class Reversal(Value):
    """Why a payment does not count any more: it bounced, or was called back."""

    reason: str | None = None
    recorded_at: Moment
    recorded_by: str | None = None


class Payment(Value):
    """What was received on a day; `reference` is what the bank or the payer says of it. One with a `reversal` does not
    count.
    """

    id: str
    amount: Amount
    paid_on: Day
    method: PaymentMethod
    reference: str | None = None
    recorded_at: Moment
    recorded_by: str | None = None
    reversal: Reversal | None = None


class Refund(Value):
    """What was given back on a day, as the customer had paid it."""

    id: str
    amount: Amount
    refunded_on: Day
    method: PaymentMethod
    reference: str | None = None
    recorded_at: Moment
    recorded_by: str | None = None


class InvoiceSnapshot(Snapshot):
    """`balance_amount` is what is owed still, from the issue on: the total less payments that count and what was
    credited, and what was refunded. Below zero it is owed to the customer.
    """

    searchable: ClassVar = Searchable("invoices", title=("name",), subtitle=("number",))

    state: InvoiceState
    number: str | None = None
    name: str
    customer: Reference
    contact_id: str | None = None
    order_id: str | None = None
    currency: Currency
    priced: Priced | None = None
    net_amount: Money | None = None
    tax_amount: Money | None = None
    total_amount: Money | None = None
    paid_amount: Money
    credited_amount: Money
    balance_amount: Money | None = None
    payments: tuple[Payment, ...] = ()
    refunded_amount: Money | None = None
    refunds: tuple[Refund, ...] = ()
    issued_at: datetime | None = None
    supplied_on: Day | None = None
    due_date: Day | None = None
    credit_note_id: str | None = None
    created_at: datetime | None = None


class InvoiceCreated(Event[InvoiceSnapshot], type="sales.invoice.created"):
    pass


class InvoiceUpdated(Event[InvoiceSnapshot], type="sales.invoice.updated"):
    pass


class InvoiceDeleted(Event[InvoiceSnapshot], type="sales.invoice.deleted"):
    """A draft was removed; what was issued stays."""


class InvoiceRestored(Event[InvoiceSnapshot], type="sales.invoice.restored"):
    pass


class InvoiceAssigned(Event[InvoiceSnapshot], type="sales.invoice.assigned"):
    pass


class InvoiceRepriced(Event[InvoiceSnapshot], type="sales.invoice.repriced"):
    """A draft has been calculated again with the prices of today."""


class InvoiceIssued(Event[InvoiceSnapshot], type="sales.invoice.issued"):
    """It has its number, and is owed from now on."""


class InvoicePaymentRecorded(Event[InvoiceSnapshot], type="sales.invoice.payment_recorded"):
    """The payment is among those of the record."""

    payment_id: str


class InvoicePaymentReversed(Event[InvoiceSnapshot], type="sales.invoice.payment_reversed"):
    """One of the payments of the record did not last; what it had paid is owed again."""

    payment_id: str
    reason: str | None = None


class InvoiceRefundRecorded(Event[InvoiceSnapshot], type="sales.invoice.refund_recorded"):
    """The refund is among those of the record."""

    refund_id: str


class InvoicePaid(Event[InvoiceSnapshot], type="sales.invoice.paid"):
    """Nothing of it is owed any more."""


class InvoiceOverdue(Event[InvoiceSnapshot], type="sales.invoice.overdue"):
    """Its due date has passed, and something is owed still."""


class InvoiceCanceled(Event[InvoiceSnapshot], type="sales.invoice.canceled"):
    """A credit note takes all of it back."""

    credit_note_id: str
    reason: str | None = None


class InvoiceSent(Event[InvoiceSnapshot], type="sales.invoice.sent"):
    """The mail server has taken the mail to its customer."""


class CreditNoteState(StrEnum):
    ISSUED = "issued"


class CreditNoteSnapshot(Snapshot):
    """Amounts are what is taken back of the invoice."""

    searchable: ClassVar = Searchable("credit_notes", title=("name",), subtitle=("number",))

    state: CreditNoteState
    number: str
    name: str
    invoice_id: str
    invoice_number: str
    customer: Reference
    currency: Currency
    priced: Priced | None = None
    net_amount: Money
    tax_amount: Money
    total_amount: Money
    issued_at: datetime
    created_at: datetime | None = None


class CreditNoteCreated(Event[CreditNoteSnapshot], type="sales.credit_note.created"):
    """It has its number, and takes back what the invoice has charged."""


class CreditNoteUpdated(Event[CreditNoteSnapshot], type="sales.credit_note.updated"):
    """Its tags or custom fields have changed, or whom it is shared with; nothing else of it ever does."""


class CreditNoteAssigned(Event[CreditNoteSnapshot], type="sales.credit_note.assigned"):
    pass


class CreditNoteSent(Event[CreditNoteSnapshot], type="sales.credit_note.sent"):
    """The mail server has taken the mail to its customer."""


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    InvoiceCreated,
    InvoiceUpdated,
    InvoiceDeleted,
    InvoiceRestored,
    InvoiceAssigned,
    InvoiceRepriced,
    InvoiceIssued,
    InvoicePaymentRecorded,
    InvoicePaymentReversed,
    InvoiceRefundRecorded,
    InvoicePaid,
    InvoiceOverdue,
    InvoiceCanceled,
    InvoiceSent,
    CreditNoteCreated,
    CreditNoteUpdated,
    CreditNoteAssigned,
    CreditNoteSent,
)
