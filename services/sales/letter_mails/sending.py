"""The job that sends a letter: tried until the mail server takes it, each time under the same id."""

import asyncio
from functools import partial
from typing import Final

from libs.domain.refusals import Unavailable
from libs.jobs.jobs import JobKind, job
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.web.mailing import Attachment, MailNotSetUp, MailNotTaken, MailServer
from libs.web.settings import ServiceSettings
from services.sales.letter_mails.commands import KIND, note_sent, open_letter
from services.sales.letter_mails.model import LetterMail, Mail, Mailed, MailLapsed, Outcome
from services.sales.letter_mails.words import mail_words_of
from services.sales.printing.model import Addressed, Sheet
from services.sales.printing.typesetter import typeset

_HANDED_OVER: Final = "handed_over"
"""The step of a job whose mail the server may have taken."""


def letter_mails(settings: ServiceSettings) -> JobKind[LetterMail]:
    server = MailServer.of(settings)

    @job(KIND, LetterMail)
    async def send(progress: Progress, mail: LetterMail) -> Mailed:
        if server is None:
            raise MailNotSetUp("this installation sends no mail")
        opened = await progress.store.run(partial(open_letter, mail=mail), Context())
        if opened is None:
            return withdrawn(progress)
        addressed, printed = opened
        subject, text = _written(mail, addressed)
        await deliver(progress, server, mail, addressed, printed, subject=subject, text=text)
        noting = partial(note_sent, collection=mail.collection, document_id=mail.document_id)
        await progress.store.run(noting, Context())
        return Mailed(outcome=Outcome.SENT)

    return send


def withdrawn(progress: Progress) -> Mailed:
    """What became of a mail that is not to be sent any more."""
    return Mailed(outcome=Outcome.UNKNOWN if progress.cursor == _HANDED_OVER else Outcome.WITHDRAWN)


async def deliver(
    progress: Progress,
    server: MailServer,
    mail: Mail,
    addressed: Addressed,
    printed: Addressed | Sheet,
    *,
    subject: str,
    text: str,
) -> None:
    """The letter as PDF; raises `Unavailable` while the mail server does not take it, and `MailLapsed` at last."""
    pdf = await asyncio.to_thread(typeset, printed)
    handed_over_before = progress.cursor == _HANDED_OVER
    await progress.advance(cursor=_HANDED_OVER)
    try:
        await server.send(
            mail.to,
            subject,
            text,
            message_id=mail.message_id,
            reply_to=addressed.sender.email,
            attachments=[Attachment(printed.file_name, pdf)],
        )
    except Unavailable as error:
        if isinstance(error, MailNotTaken) and not handed_over_before:
            await progress.advance(cursor=None)
        if mail.has_lapsed(utc_now()):
            raise MailLapsed(error.detail) from error
        raise


def in_one_line(name: str) -> str:
    """A name may have several lines, a subject has one."""
    return " ".join(name.split())


def _written(mail: LetterMail, addressed: Addressed) -> tuple[str, str]:
    """Subject and text."""
    letter, sender = addressed.letter, in_one_line(addressed.sender.name)
    words, number = mail_words_of(letter.kind, addressed.recipient.language), letter.document.number
    text = mail.message or words.introduction.format(number=number)
    return words.subject.format(number=number, sender=sender), f"{text}\n\n{sender}\n"
