"""The job that sends a quote: tried until the mail server takes it, each time under the same id."""

from functools import partial

from libs.jobs.jobs import JobKind, job
from libs.jobs.progress import Progress
from libs.store.context import Context
from libs.store.work import UnitOfWork
from libs.web.mailing import MailNotSetUp, MailServer
from libs.web.settings import ServiceSettings
from services.sales.letter_mails.model import Mailed, Outcome
from services.sales.letter_mails.sending import deliver, in_one_line, withdrawn
from services.sales.printing import commands as printing
from services.sales.printing.formats import Formats
from services.sales.printing.model import Addressed
from services.sales.quote_links.routes import address_of_link
from services.sales.quote_links.store import key_of
from services.sales.quote_mails.commands import KIND, note_sent
from services.sales.quote_mails.model import QuoteMail
from services.sales.quote_mails.words import mail_words_of
from services.sales.quotes.letter import letter_of
from services.sales.quotes.model import PublicLink, Quote

Ready = tuple[Quote, PublicLink, Addressed]


def quote_mails(settings: ServiceSettings) -> JobKind[QuoteMail]:
    server = MailServer.of(settings)

    @job(KIND, QuoteMail)
    async def send(progress: Progress, mail: QuoteMail) -> Mailed:
        if server is None:
            raise MailNotSetUp("this installation sends no mail")
        store = progress.store
        ready = await store.run(partial(_prepare, mail=mail), Context())
        if ready is None:
            return withdrawn(progress)
        quote, link, addressed = ready
        url = address_of_link(settings.public_url, quote, link, await key_of(store))
        subject, text = _written(mail, addressed, link, url)
        await deliver(progress, server, mail, addressed, addressed, subject=subject, text=text)
        await store.run(partial(note_sent, quote_id=quote.id), Context())
        return Mailed(outcome=Outcome.SENT)

    return send


async def _prepare(work: UnitOfWork, mail: QuoteMail) -> Ready | None:
    quote = await work.look_up(Quote, mail.quote_id)
    link = None if quote is None else mail.link_of(quote)
    if quote is None or link is None:
        return None
    return quote, link, await printing.address(work, letter_of(quote, work.now.date()))


def _written(mail: QuoteMail, addressed: Addressed, link: PublicLink, url: str) -> tuple[str, str]:
    """Subject and text."""
    language, document = addressed.recipient.language, addressed.letter.document
    words, sender = mail_words_of(language), in_one_line(addressed.sender.name)
    day = Formats(language, document.currency).day(link.expires_at.date())
    above = mail.message or words.introduction.format(number=document.number)
    text = f"{above}\n\n{words.link.format(day=day)}\n{url}\n\n{sender}\n"
    return words.subject.format(number=document.number, sender=sender), text
