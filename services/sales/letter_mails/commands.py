"""Sending orders, invoices and credit notes: what is asked, and what is noted once it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar

from libs.contracts.billing import CreditNoteSent, InvoiceSent
from libs.contracts.documents import OrderSent
from libs.contracts.event import Event
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields
from libs.jobs.jobs import Job, begin
from libs.store.work import UnitOfWork
from services.sales.credit_notes.letter import letter_of as credit_note_letter
from services.sales.credit_notes.model import CreditNote
from services.sales.invoices.letter import letter_of as invoice_letter
from services.sales.invoices.model import Invoice
from services.sales.issued_letters.commands import issued_letter
from services.sales.letter_mails.model import LetterMail, SendLetter, require_final
from services.sales.orders.letter import letter_of as order_letter
from services.sales.orders.model import Order
from services.sales.printing import commands as printing
from services.sales.printing.model import Addressed, Letter, Sheet

KIND: Final = "letter_mail"

D = TypeVar("D", bound=Record)


@dataclass(frozen=True, slots=True)
class Mailable(Generic[D]):
    """Documents that are sent as they are: how they read, and what is told once they were."""

    record_type: type[D]
    letter_of: Callable[[D, date], Letter]
    sent: Callable[[], Event[Any]]

    async def asked_for(self, work: UnitOfWork, document_id: str) -> Letter:
        """As it stands, for a caller who wants it sent."""
        return self.letter_of(await work.get_target(self.record_type, document_id), work.now.date())

    async def open(self, work: UnitOfWork, document_id: str) -> tuple[Record, Letter] | None:
        """None where it is gone, or does not count any more."""
        document = await work.look_up(self.record_type, document_id)
        letter = None if document is None else self.letter_of(document, work.now.date())
        return None if document is None or letter is None or letter.mark else (document, letter)

    async def note_sent(self, work: UnitOfWork, document_id: str) -> None:
        document = await work.look_up(self.record_type, document_id)
        if document is not None:
            work.save(document.evolve(sent_at=work.now), self.sent())


MAILABLE: Final[Mapping[str, Mailable[Order] | Mailable[Invoice] | Mailable[CreditNote]]] = {
    Order.collection: Mailable(Order, order_letter, OrderSent),
    Invoice.collection: Mailable(Invoice, invoice_letter, InvoiceSent),
    CreditNote.collection: Mailable(CreditNote, credit_note_letter, CreditNoteSent),
}
"""What can be mailed, by collection."""


async def send_letter(work: UnitOfWork, collection: str, document_id: str, request: SendLetter) -> Job:
    """The mail is sent by a job, which outlives this process and an absence of the mail server."""
    letter = await MAILABLE[collection].asked_for(work, document_id)
    addressed = await printing.address(work, require_final(letter))
    to = request.to or addressed.recipient.email
    if to is None:
        raise InvalidFields.at("/to", "missing", "nobody whom the document is for has an e-mail address")
    mail = LetterMail(
        mail_id=work.new_id(),
        collection=collection,
        document_id=document_id,
        to=to,
        message=request.message,
        at=work.now,
    )
    return begin(work, KIND, mail)


async def open_letter(work: UnitOfWork, mail: LetterMail) -> tuple[Addressed, Addressed | Sheet] | None:
    """The letter as it stands, and what is to be printed: that, or as it was issued. None once it does not count."""
    opened = await MAILABLE[mail.collection].open(work, mail.document_id)
    if opened is None:
        return None
    document, letter = opened
    addressed = await printing.address(work, letter)
    return addressed, await issued_letter(work, document) or addressed


async def note_sent(work: UnitOfWork, collection: str, document_id: str) -> None:
    """Notes the mail, also where the document was canceled meanwhile; one that was removed is left as it was."""
    await MAILABLE[collection].note_sent(work, document_id)
