"""Where mail arrives: a real SMTP server, what it keeps, and services whose mail goes there.

The conftest of services that send mail takes its two fixtures from here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from libs.web.service import Service
from tests.support.services import Running, running
from tests.support.waiting import eventually


@dataclass
class Mailbox:
    """Keeps what it is sent, and for whom; or refuses it, and counts that.

    `answers` are what some addresses are answered, one after the other, before they are taken.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    refusing: bool = False
    vanishing: bool = False
    """Takes a mail, and goes away without an answer."""
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens before it answers that it has taken a mail."""
    refused: int = 0

    async def handle_RCPT(  # noqa: N802 - its name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answers := self.answers.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 welcome"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.refusing:
            self.refused += 1
            return "451 not now"
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.vanishing and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 taken"

    async def first(self) -> EmailMessage:
        async def arrived() -> list[EmailMessage]:
            return self.mails

        return (await eventually(arrived))[0]

    async def so_many(self, number: int) -> list[EmailMessage]:
        """The mails once there are so many, and no more, by whom they are for."""

        async def arrived() -> list[EmailMessage] | None:
            return self.mails if len(self.mails) >= number else None

        mails = await eventually(arrived)
        assert len(mails) == number
        return sorted(mails, key=lambda mail: (str(mail["To"]), str(mail["Subject"])))

    def empty(self) -> None:
        self.mails.clear()
        self.envelopes.clear()
        self.answers.clear()
        self.refusing, self.vanishing, self.meanwhile, self.refused = False, False, None, 0


@pytest.fixture(scope="module")
def shared_mailbox() -> Mailbox:
    """Where the mail of the service goes that the tests of one file share."""
    return Mailbox()


@pytest.fixture
def mailbox(shared_mailbox: Mailbox) -> Mailbox:
    """That, with nothing in it."""
    shared_mailbox.empty()
    return shared_mailbox


@asynccontextmanager
async def arriving(mailbox: Mailbox) -> AsyncIterator[str]:
    """The URL of a mail server whose mail comes into this box."""
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0) as server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def mailing(
    service: Service, mailbox: Mailbox, *, mongo_url: str, amqp_url: str, database: str
) -> AsyncIterator[Running]:
    """The service as it runs, with its mail coming into this box."""
    async with (
        arriving(mailbox) as smtp_url,
        running(service, mongo_url=mongo_url, amqp_url=amqp_url, database=database, smtp_url=smtp_url) as up,
    ):
        yield up
