"""The invoice: what is owed, edited as a draft, locked as it is issued, and paid or taken back by a credit note."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Final, TypeAlias

from pydantic import Field

from libs.contracts.billing import (
    InvoiceCanceled,
    InvoiceIssued,
    InvoiceOverdue,
    InvoicePaid,
    InvoiceRepriced,
    InvoiceSnapshot,
    InvoiceState,
    Payment,
    Refund,
)
from libs.contracts.event import Event
from libs.contracts.values import Address, Amount, Day, Moment, Money, Reference, to_moment
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.record import Index
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.documents.model import Document, Locked, agreed_differs, terms_of
from services.sales.issued_letters.model import BOOKS
from services.sales.orders.model import LineQuantity
from services.sales.pricing.model.document import NOTHING

MOVES: Final = Moves(
    {
        InvoiceState.DRAFT: {"issue": InvoiceState.ISSUED, "reprice": InvoiceState.DRAFT},
        InvoiceState.ISSUED: {
            "record_payment": InvoiceState.PAID,
            "reverse_payment": InvoiceState.ISSUED,
            "cancel": InvoiceState.CANCELED,
        },
        InvoiceState.OVERDUE: {
            "record_payment": InvoiceState.PAID,
            "reverse_payment": InvoiceState.OVERDUE,
            "cancel": InvoiceState.CANCELED,
        },
        InvoiceState.PAID: {"reverse_payment": InvoiceState.ISSUED, "cancel": InvoiceState.CANCELED},
        InvoiceState.CANCELED: {"reverse_payment": InvoiceState.CANCELED, "record_refund": InvoiceState.CANCELED},
    }
)
"""A payment of less than is owed leaves the state as it is. What is owed again after its due date is overdue."""

MOST_OF_ORDER: Final = 100

Events: TypeAlias = tuple[Event[InvoiceSnapshot], ...]


class Invoice(Document, collection="invoices", aggregate="sales.invoice"):
    """It has a number, a due date and a balance once it is issued. The balance is the total less `paid_amount`, what of
    the payments is not reversed, and `credited_amount`, and `refunded_amount` more: below zero it is what the customer
    gets back. One that is over so much of the lines of an order, `order_lines`, has its lines and terms from there.
    `supplied_on` is the day on which, or until which, it was delivered, and whose taxes count: that of the issue unless
    another is given.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("number",), unique=True),
        Index(("customer.id",)),
        Index(("payments.paid_on",), sparse=True),
        Index(("refunds.refunded_on",), sparse=True),
    )

    parent = "customer"
    personal = Personal(
        cleared=("billing_address",),
        texts=(
            "name",
            "description",
            "terms",
            "remittance_text",
            "cancel_reason",
            "payments.reference",
            "payments.reversal.reason",
            "refunds.reference",
            "customer.name",
            "tags",
            "custom",
        ),
        belongs_to={"contact_id": "contacts", "customer": None},
        retention=BOOKS,
    )

    state: Annotated[InvoiceState, GUARDED, INDEXED] = InvoiceState.DRAFT
    number: Annotated[str | None, GUARDED, LISTED, SEARCHED] = None
    name: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    customer: Annotated[Reference, LISTED, Lookup.to("accounts", "contacts")]
    contact_id: Annotated[str | None, LISTED, Lookup.to("contacts")] = None
    billing_address: Address | None = None
    terms: Text | None = None
    remittance_text: Text | None = None
    payment_days: Annotated[int, LISTED, Field(ge=0, le=3650)] = 30
    supplied_on: Annotated[Day | None, LISTED] = None
    due_date: Annotated[Day | None, INDEXED] = None
    issued_at: Annotated[Moment | None, GUARDED, INDEXED] = None
    order_id: Annotated[str | None, GUARDED, INDEXED, Lookup.to("orders")] = None
    order_lines: Annotated[tuple[LineQuantity, ...], GUARDED] = ()
    payments: Annotated[tuple[Payment, ...], GUARDED] = ()
    refunds: Annotated[tuple[Refund, ...], GUARDED] = ()
    paid_amount: Annotated[Amount, GUARDED, LISTED] = NOTHING
    refunded_amount: Annotated[Amount, GUARDED, LISTED] = NOTHING
    credited_amount: Annotated[Amount, GUARDED, LISTED] = NOTHING
    balance_amount: Annotated[Money | None, GUARDED, LISTED] = None
    paid_at: Annotated[Moment | None, GUARDED, LISTED] = None
    canceled_at: Annotated[Moment | None, GUARDED, LISTED] = None
    cancel_reason: Annotated[Line | None, GUARDED] = None
    sent_at: Annotated[Moment | None, GUARDED, LISTED] = None
    credit_note_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("credit_notes")] = None
    retained_until: Annotated[Day | None, GUARDED, LISTED] = None

    @property
    def counts_on(self) -> date | None:
        return self.supplied_on


class InvoiceLocked(Locked):
    """What was issued stays as it was issued, and is not removed; `cancel` takes it back."""

    code, changeable = "invoice_locked", "a draft"


class InvoiceOfOrder(Refusal):
    """What an order has agreed is charged as it was agreed."""

    code = "invoice_of_order"


class InvoiceEmpty(Refusal):
    """The invoice charges nothing."""

    code = "invoice_empty"


class TaxRateChanged(Refusal):
    """A tax is not what it was on the day of the figures: `reprice` the draft, or say `supplied_on`."""

    code = "tax_rate_changed"

    def __init__(self, tax_codes: Sequence[str], *, on: date) -> None:
        super().__init__(f"taxes have changed until {on}", tax_codes=sorted(tax_codes))


class TooManyInvoices(Refusal):
    """The order has as many invoices as one can have."""

    code = "too_many_invoices"


def require_draft(invoice: Invoice) -> Invoice:
    """The invoice itself; raises `InvoiceLocked`."""
    if invoice.state is not InvoiceState.DRAFT:
        raise InvoiceLocked(state=invoice.state, open_actions=MOVES.open_actions(invoice.state))
    return invoice


def require_editable(current: Invoice, wanted: Invoice) -> None:
    """Raises `InvoiceLocked` where anything that was issued would change, `InvoiceOfOrder` where what was agreed."""
    if agreed_differs(current, wanted):
        require_draft(current)
    if terms_of(current) != terms_of(wanted) or current.supplied_on != wanted.supplied_on:
        _require_own_terms(current)


def _require_own_terms(invoice: Invoice) -> None:
    if invoice.order_id is not None:
        raise InvoiceOfOrder("lines and prices are those of the order; remove the draft to invoice something else")


def reprice(invoice: Invoice) -> tuple[Invoice, InvoiceRepriced]:
    """The figures are those of today's catalogue."""
    state = MOVES.after("reprice", state=invoice.state)
    _require_own_terms(invoice)
    return invoice.evolve(state=state), InvoiceRepriced()


def require_issuable(invoice: Invoice, *, on: date) -> None:
    """Raises `MoveRefused`, `InvoiceEmpty`, or `InvalidFields` where it would be due before it is issued."""
    MOVES.after("issue", state=invoice.state)
    if not invoice.lines:
        raise InvoiceEmpty("an invoice without lines charges nothing")
    if invoice.due_date is not None and invoice.due_date < on:
        raise InvalidFields.at("/due_date", "before_issue", f"must not be before {on}, the day of the issue")


def require_taxes(invoice: Invoice, rates: Mapping[str, Decimal], *, on: date) -> None:
    """Raises `TaxRateChanged` where its figures have another rate, in percent by tax code, than that of the day."""
    taxes = invoice.priced.taxes if invoice.priced else ()
    changed = [tax.tax_code for tax in taxes if tax.tax_code and rates.get(tax.tax_code, tax.percent) != tax.percent]
    if changed:
        raise TaxRateChanged(changed, on=on)


def issue(invoice: Invoice, *, number: str, at: datetime) -> tuple[Invoice, Events]:
    """It is owed from now on, under its number; what costs nothing is paid at once."""
    require_issuable(invoice, on=at.date())
    issued = invoice.evolve(
        state=InvoiceState.ISSUED,
        number=number,
        issued_at=at,
        supplied_on=invoice.supplied_on or at.date(),
        due_date=invoice.due_date or at.date() + timedelta(days=invoice.payment_days),
        balance_amount=invoice.total_amount,
    )
    return settled(issued, InvoiceIssued(), at=at)


def overdue_from(due_date: date) -> datetime:
    """When its day is over; days begin and end in UTC."""
    return datetime.combine(due_date + timedelta(days=1), time(), tzinfo=UTC)


def fall_due(invoice: Invoice) -> tuple[Invoice, InvoiceOverdue]:
    """The due date of an issued invoice has passed."""
    return invoice.evolve(state=InvoiceState.OVERDUE), InvoiceOverdue()


def settled(invoice: Invoice, event: Event[InvoiceSnapshot], *, at: datetime) -> tuple[Invoice, Events]:
    """The invoice is paid where nothing is owed any more."""
    if invoice.balance_amount:
        return invoice, (event,)
    return invoice.model_copy(update={"state": InvoiceState.PAID, "paid_at": to_moment(at)}), (event, InvoicePaid())


def cancel(
    invoice: Invoice, *, credit_note_id: str, reason: str | None, at: datetime
) -> tuple[Invoice, InvoiceCanceled]:
    """The credit note takes all of it back, whatever was paid."""
    canceled = invoice.evolve(
        state=MOVES.after("cancel", state=invoice.state),
        credited_amount=invoice.total_amount,
        balance_amount=-invoice.paid_amount,
        credit_note_id=credit_note_id,
        cancel_reason=reason,
        canceled_at=at,
    )
    return canceled, InvoiceCanceled(credit_note_id=credit_note_id, reason=reason)
