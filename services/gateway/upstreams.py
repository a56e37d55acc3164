"""The services behind the gateway: one pool of connections and one circuit breaker each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from services.gateway.breaker import Breaker
from services.gateway.ownership import Service
from services.gateway.shedding import Room

# Shorter than the services' own keep-alive, so that a connection is not closed under a request.
IDLE_SECONDS = 15.0
CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """One service as the gateway sees it; `room` keeps a slow one from holding the whole gateway."""

    service: Service
    origin: str
    session: ClientSession
    breaker: Breaker
    room: Room

    def url(self, raw_path_and_query: str) -> URL:
        """The same path there, byte for byte."""
        return URL(self.origin + raw_path_and_query, encoded=True)


Upstreams = Mapping[Service, Upstream]


@asynccontextmanager
async def open_upstreams(origins: Mapping[Service, str], *, most_at_once: int) -> AsyncIterator[Upstreams]:
    """Connection pools to the services at these origins (`http://127.0.0.1:8102`)."""
    async with AsyncExitStack() as stack:
        yield {
            service: Upstream(
                service=service,
                origin=origin.rstrip("/"),
                session=await stack.enter_async_context(_session(most_at_once)),
                breaker=Breaker(service.value),
                room=Room(f"requests to {service.value}", most_at_once),
            )
            for service, origin in origins.items()
        }


def _session(most_at_once: int) -> ClientSession:
    """Passes bytes and headers as they are: no cookies of its own, no decompression."""
    return ClientSession(
        connector=TCPConnector(limit=most_at_once, keepalive_timeout=IDLE_SECONDS),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        trust_env=False,
    )
