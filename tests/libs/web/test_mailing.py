"""Mail that services send themselves."""

import asyncio
from urllib.parse import urlsplit

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from libs.domain.refusals import Unavailable
from libs.web.mailing import MailServer
from tests.support.mailbox import Mailbox, arriving


async def test_a_mail_says_when_it_was_written_and_is_known_by_an_id_of_the_senders_domain() -> None:
    mailbox = Mailbox()
    async with arriving(mailbox) as url:
        server = MailServer("127.0.0.1", urlsplit(url).port or 0, "Tandem <crm@example.org>")

        await server.send("ana@example.com", "Hello", "there")

    [mail] = mailbox.mails
    assert mail["Date"].datetime is not None
    assert mail["Message-ID"].endswith("@example.org>")


async def test_a_password_is_told_to_no_server_without_tls() -> None:
    mailbox, told, loop = Mailbox(), [], asyncio.get_running_loop()

    def credulous() -> SMTP:
        def judge(*asked: object) -> AuthResult:
            told.append(asked)
            return AuthResult(success=True)

        return SMTP(mailbox, auth_require_tls=False, authenticator=judge, loop=loop)

    async with await loop.create_server(credulous, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        server = MailServer("127.0.0.1", port, "crm@example.org", "relay", "secret")

        with pytest.raises(Unavailable):
            await server.send("ana@example.com", "Hello", "there")

    assert (mailbox.mails, told) == ([], [])
