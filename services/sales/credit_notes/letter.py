"""The credit note as its customer reads it."""

from datetime import date

from services.sales.credit_notes.model import CreditNote
from services.sales.printing.model import Day, Kind, Letter


def letter_of(note: CreditNote, _: date) -> Letter:
    return Letter(
        kind=Kind.CREDIT_NOTE,
        document=note,
        invoice_number=note.invoice_number,
        days={Day.ISSUED: note.issued_at.date()},
        introduction=note.reason,
    )
