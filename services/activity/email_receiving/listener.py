"""A mail server (RFC 5321) that takes what is sent to the suite and hands nothing on."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from libs.domain.refusals import Unavailable
from libs.store.clock import utc_now
from libs.store.store import Store
from libs.telemetry.logs import logger
from services.activity.email_receiving import measures
from services.activity.email_receiving.store import keep_arrival

MAILBOX: Final = "smtp"
LARGEST: Final = 36 * 1024 * 1024
"""Bytes of a mail: attachments of 25 MiB, as they are written in MIME."""
_SILENCE: Final = 60.0
_AT_ONCE: Final = 8
"""Mails that are being kept; further ones wait with their sender."""
_MOST_COMMANDS: Final = {"AUTH": 3, "*": 100_000}
"""SMTP commands in one connection; whoever guesses passwords has to connect anew."""

_log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where mail is taken. With a `certificate` and its key (PEM files) STARTTLS is offered.

    With a `sign_in`, a name and a password, nobody hands mail over without it, and it is taken within TLS alone.
    """

    host: str = "127.0.0.1"
    port: int = 0
    certificate: tuple[Path, Path] | None = None
    sign_in: tuple[str, str] | None = None

    def tls(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        return context

    def judge(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: object) -> AuthResult:
        """Whether the sign-in is the one that is wanted, in the same time whatever is wrong about it."""
        if self.sign_in is None or not isinstance(told, LoginPassword):
            return AuthResult(success=False, handled=False)
        name, password = (each.encode() for each in self.sign_in)
        same = compare_digest(told.login, name) & compare_digest(told.password, password)
        return AuthResult(success=same, handled=False)


class Server(SMTP):
    """Takes longer lines than RFC 5321 allows, since there is mail that has them."""

    line_length_limit = 1024 * 1024


class Taking:
    """Says yes once the mail is durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        raw = envelope.original_content or b""
        async with self._places:
            try:
                kept = await keep_arrival(
                    self._store, raw, mailbox=MAILBOX, at=utc_now(), recipients=list(envelope.rcpt_tos)
                )
            except Unavailable as unavailable:
                _log.warning("email_not_taken", cause=unavailable.detail)
                return "451 4.3.0 not now"
        measures.accepted(MAILBOX)
        return f"250 2.0.0 kept as {kept}"


@asynccontextmanager
async def listening(store: Store, listener: Listener) -> AsyncIterator[int]:
    """Takes mail as long as the context lasts, at the port that is given."""
    loop, taking, tls = asyncio.get_running_loop(), Taking(store), listener.tls()

    def session() -> Server:
        return Server(
            taking,
            data_size_limit=LARGEST,
            timeout=_SILENCE,
            ident="Tandem",
            tls_context=tls,
            auth_required=listener.sign_in is not None,
            authenticator=listener.judge,
            command_call_limit=_MOST_COMMANDS,
            loop=loop,
        )

    async with await loop.create_server(session, listener.host, listener.port) as server:
        yield int(server.sockets[0].getsockname()[1])
