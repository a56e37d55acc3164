"""Sends one signed request to a receiver that is not trusted, and says what came of it."""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, hdrs

from libs.contracts.envelope import CONTENT_TYPE
from libs.domain.refusals import InvalidFields
from libs.telemetry.tracing import untraced
from services.journal.deliveries.addresses import AddressRefused, guarded_socket, is_public
from services.journal.deliveries.model import Attempt
from services.journal.deliveries.signature import signed_headers
from services.journal.webhooks.model import require_secure

USER_AGENT: Final = "Tandem-CRM-Webhooks/1.0"
LONGEST_EXCERPT: Final = 1024
"""Bytes of an answer that are read and kept."""
LONGEST_ERROR: Final = 300


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where webhooks may go, and how long a receiver may take in seconds."""

    allow_http: bool = False
    allow_private: bool = False
    answer_within: float = 15.0
    connect_within: float = 5.0


class Sender:
    """One session for all receivers: no cookies, no proxies, no redirects, nothing of our own in the headers."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._session = ClientSession(
            connector=TCPConnector(
                limit=0,  # whoever sends is bounded; waiting for a connection would cost an answer's time
                ttl_dns_cache=10,
                socket_factory=guarded_socket(lambda host: outlet.allow_private or is_public(host)),
            ),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=outlet.answer_within, sock_connect=outlet.connect_within),
            auto_decompress=False,
            headers={hdrs.USER_AGENT: USER_AGENT, hdrs.ACCEPT_ENCODING: "identity"},
        )

    async def close(self) -> None:
        await self._session.close()

    async def send(self, url: str, body: bytes, *, event_id: str, secrets: Iterable[str], at: datetime) -> Attempt:
        """One attempt; whatever the receiver does becomes part of it."""
        started = time.monotonic()
        headers = {
            hdrs.CONTENT_TYPE: CONTENT_TYPE,
            **signed_headers(secrets, event_id=event_id, at=int(at.timestamp()), body=body),
        }
        try:
            status, response = await self._post(url, body, headers)
        except (ClientError, OSError, TimeoutError, InvalidFields) as error:
            return Attempt(at=at, duration_ms=_since(started), error=_told(error))
        return Attempt(at=at, duration_ms=_since(started), status=status, response=response)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        require_secure(url, allow_http=self._outlet.allow_http)
        request = self._session.post(url, data=body, headers=headers, allow_redirects=False)
        with untraced():
            async with request as response:
                excerpt = await response.content.read(LONGEST_EXCERPT)
                if not response.content.at_eof():
                    response.close()  # the rest is not read, however long it is
                return response.status, excerpt.decode(errors="replace")


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _told(error: Exception) -> str:
    """What a receiver's operator can act on."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case InvalidFields():
            return error.detail
        case ClientConnectorError(os_error=ssl.SSLError() | ssl.CertificateError()):
            return f"no secure connection: {error.os_error}"[:LONGEST_ERROR]
        case ClientConnectorError(os_error=AddressRefused()):
            return str(error.os_error)
        case _:
            return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
