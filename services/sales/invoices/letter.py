"""The invoice as its customer reads it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from libs.contracts.billing import InvoiceState
from services.sales.invoices.model import Invoice
from services.sales.pricing.model.document import NOTHING
from services.sales.printing.model import Day, Kind, Letter, Mark, Settlement

_MARKS: Final[Mapping[InvoiceState, Mark]] = {
    InvoiceState.DRAFT: Mark.DRAFT,
    InvoiceState.CANCELED: Mark.CANCELED,
}


def letter_of(invoice: Invoice, today: date) -> Letter:
    """A draft is as of today, and over all that would be owed. What was given back is not paid any more."""
    balance = invoice.total_amount if invoice.state is InvoiceState.DRAFT else invoice.balance_amount
    return Letter(
        kind=Kind.INVOICE,
        document=invoice,
        mark=_MARKS.get(invoice.state),
        days={
            Day.ISSUED: invoice.issued_at.date() if invoice.issued_at else today,
            Day.SUPPLIED: invoice.supplied_on,
            Day.DUE: invoice.due_date,
        },
        introduction=invoice.description,
        terms=invoice.terms,
        settlement=Settlement(
            paid=invoice.paid_amount - invoice.refunded_amount,
            credited=invoice.credited_amount,
            balance=balance or NOTHING,
            remittance=invoice.remittance_text,
        ),
    )
