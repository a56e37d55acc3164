"""A mail server (RFC 5321) that takes what is sent to the suite and hands nothing on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

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

_log = logger()


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
async def listening(store: Store, host: str, port: int) -> AsyncIterator[int]:
    """Takes mail as long as the context lasts, at the port that is given."""
    loop, taking = asyncio.get_running_loop(), Taking(store)

    def session() -> Server:
        return Server(taking, data_size_limit=LARGEST, timeout=_SILENCE, ident="Tandem", loop=loop)

    async with await loop.create_server(session, host, port) as server:
        yield int(server.sockets[0].getsockname()[1])
