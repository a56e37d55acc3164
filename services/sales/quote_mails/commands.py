"""Sending quotes: what is asked, and what is noted once it is done."""

from typing import Final

from libs.contracts.documents import QuoteSent
from libs.domain.refusals import InvalidFields
from libs.jobs.jobs import Job, begin
from libs.store.work import UnitOfWork
from services.sales.printing import commands as printing
from services.sales.quote_links import commands as links
from services.sales.quote_links.model import DAYS, require_offered
from services.sales.quote_mails import model
from services.sales.quote_mails.model import QuoteMail, SendQuote
from services.sales.quotes.letter import letter_of
from services.sales.quotes.model import Quote

KIND: Final = "quote_mail"


async def send_quote(work: UnitOfWork, quote_id: str, request: SendQuote) -> Job:
    """The mail is sent by a job, which outlives this process and an absence of the mail server."""
    quote = require_offered(await work.get_target(Quote, quote_id))
    addressed = await printing.address(work, letter_of(quote, work.now.date()))
    to = request.to or addressed.recipient.email
    if to is None:
        raise InvalidFields.at("/to", "missing", "nobody whom the quote is for has an e-mail address")
    if model.needs_link(quote, work.now):
        quote = await links.make_link(work, quote_id, DAYS)
    mail = QuoteMail(
        mail_id=work.new_id(),
        quote_id=quote.id,
        link_id=quote.link.id if quote.link else "",
        to=to,
        message=request.message,
        at=work.now,
    )
    return begin(work, KIND, mail)


async def note_sent(work: UnitOfWork, quote_id: str) -> None:
    """Notes the mail, also where the quote was closed meanwhile; one that was removed is left as it was."""
    quote = await work.look_up(Quote, quote_id)
    if quote is not None:
        work.save(model.sent(quote, work.now), QuoteSent())
