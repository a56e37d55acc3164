"""The credit note: what takes an issued invoice back, in figures that nobody changes."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

from libs.contracts.billing import CreditNoteState
from libs.contracts.priced import Priced
from libs.contracts.values import Address, Amount, Currency, Day, Moment, Reference
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from services.sales.invoices.model import Invoice
from services.sales.issued_letters.model import BOOKS

_TAKEN_OVER: Final = (
    "name", "customer", "contact_id", "billing_address", "currency", "prices_include_tax", "priced",
    "net_amount", "tax_amount", "total_amount", "owner_id", "shares",
)  # fmt: skip


class CreditNote(Record, collection="credit_notes", aggregate="sales.credit_note"):
    """`priced` is what the invoice has charged. It comes into being as an invoice is canceled, and in no other way."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("number",), unique=True), Index(("customer.id",)))

    parent = "customer"
    personal = Personal(
        cleared=("billing_address",),
        texts=("name", "reason", "customer.name", "tags", "custom"),
        belongs_to={"contact_id": "contacts", "customer": None},
        retention=BOOKS,
    )

    state: Annotated[CreditNoteState, GUARDED, LISTED] = CreditNoteState.ISSUED
    number: Annotated[str, GUARDED, LISTED, SEARCHED]
    name: Annotated[Line, GUARDED, LISTED, SEARCHED]
    reason: Annotated[Line | None, GUARDED, LISTED] = None
    invoice_id: Annotated[str, GUARDED, INDEXED, Lookup.to("invoices")]
    invoice_number: Annotated[str, GUARDED, LISTED]
    customer: Annotated[Reference, GUARDED, LISTED, Lookup.to("accounts", "contacts")]
    contact_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("contacts")] = None
    billing_address: Annotated[Address | None, GUARDED] = None
    currency: Annotated[Currency, GUARDED, LISTED]
    prices_include_tax: Annotated[bool, GUARDED] = False
    priced: Annotated[Priced, GUARDED]
    net_amount: Annotated[Amount, GUARDED, LISTED]
    tax_amount: Annotated[Amount, GUARDED, LISTED]
    total_amount: Annotated[Amount, GUARDED, LISTED]
    issued_at: Annotated[Moment, GUARDED, INDEXED]
    sent_at: Annotated[Moment | None, GUARDED, LISTED] = None
    retained_until: Annotated[Day | None, GUARDED, LISTED] = None


def crediting(invoice: Invoice, *, id: str, number: str, reason: str | None, at: datetime) -> CreditNote:
    """The credit note over all of an issued invoice; whoever sees that sees it too."""
    return CreditNote.model_validate(
        {
            **{name: getattr(invoice, name) for name in _TAKEN_OVER},
            "id": id,
            "number": number,
            "reason": reason,
            "invoice_id": invoice.id,
            "invoice_number": invoice.number,
            "issued_at": at,
        }
    )
