"""Mail that services send."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib

from libs.domain.refusals import Refusal, Unavailable
from libs.store.clock import utc_now
from libs.telemetry.logs import logger
from libs.web.settings import ServiceSettings

SECONDS: Final = 10.0

_log = logger()


class MailNotSetUp(Refusal):
    """Nobody can be written to."""

    code = "mail_not_set_up"


class MailNotTaken(Unavailable):
    """The mail server has said no, or could not be reached."""


_ANSWERS: Final = (
    aiosmtplib.SMTPResponseException,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPNotSupported,
    aiosmtplib.SMTPConnectError,
)
"""After these it is known that a mail was not taken; after a timeout, or a connection lost, it is not."""


class Attachment(NamedTuple):
    name: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out: `encrypted` from the first byte for smtps, else by STARTTLS where the server offers it.

    Whoever signs in demands it: a password goes over no line that others may read.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    encrypted: bool = False

    @classmethod
    def of(cls, settings: ServiceSettings) -> "MailServer | None":
        """The server that the settings name, None where they name none."""
        if settings.smtp_url is None:
            return None
        url = urlsplit(settings.smtp_url.get_secret_value())
        encrypted = url.scheme == "smtps"
        return cls(
            host=url.hostname or "127.0.0.1",
            port=url.port or (465 if encrypted else 25),
            sender=settings.mail_from,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            encrypted=encrypted,
        )

    def client(self) -> aiosmtplib.SMTP:
        """A client for one connection, not connected yet."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.encrypted,
            start_tls=True if self.username is not None and not self.encrypted else None,
            timeout=SECONDS,
        )

    async def send(
        self,
        to: str,
        subject: str,
        text: str,
        *,
        message_id: str | None = None,
        reply_to: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Returns once the server has taken the mail; raises `MailNotTaken`, or where it is not known whether it has,
        `Unavailable`. One that may be sent again has an id.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"] = format_datetime(utc_now())
        message["Message-ID"] = message_id or make_msgid(domain=parseaddr(self.sender)[1].rpartition("@")[2] or None)
        if reply_to is not None:
            message["Reply-To"] = reply_to
        message.set_content(text)
        for name, pdf in attachments:
            message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
        try:
            async with self.client() as client:
                await client.send_message(message)
        except _ANSWERS as error:
            raise MailNotTaken("The mail server did not take the mail.") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("The mail server did not take the mail.") from error


class Posting:
    """Mail that nobody waits for, so that an answer does not tell by its time whether there was any."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def post(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_logged(sending), name="send mail")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._under_way)


async def _logged(sending: Coroutine[None, None, None]) -> None:
    try:
        await sending
    except Refusal as refusal:
        _log.warning("mail_not_sent", cause=refusal.detail)
