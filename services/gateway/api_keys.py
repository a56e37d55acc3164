"""API keys, exchanged at the identity service for short tokens that all services understand."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import orjson
from joserfc import jws

from libs.domain.refusals import Unauthenticated
from libs.web.identity_client import Identity

KEPT_SECONDS: Final = 300.0
REFUSAL_KEPT_SECONDS: Final = 10.0
LEFT_SECONDS: Final = 10.0
"""A token is not handed on when it would expire this soon, so that it holds until the service has seen it."""
MOST_KEPT: Final = 10_000
LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a key gave: a token, or the refusal of the identity service; forgotten at `until`."""

    until: float
    token: str | None


class ApiKeyTokens:
    """Tokens by API key; keys are kept only as digests. One exchange at a time per key."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._known: OrderedDict[bytes, Exchanged] = OrderedDict()
        self._running: dict[bytes, asyncio.Task[Exchanged]] = {}

    async def token(self, api_key: str, before_exchange: Callable[[], object]) -> str:
        """The token for this key; `before_exchange` may refuse to trouble the identity service.

        Raises Unauthenticated, Unavailable, and what `before_exchange` raises.
        """
        if len(api_key) > LONGEST:
            raise Unauthenticated("The API key is not valid.")
        digest = blake2b(api_key.encode(), digest_size=32).digest()
        known = self._known.get(digest)
        if known is None or known.until <= time.time():
            before_exchange()
            known = await self._exchanged(digest, api_key)
        if known.token is None:
            raise Unauthenticated("The API key is not valid.")
        return known.token

    async def _exchanged(self, digest: bytes, api_key: str) -> Exchanged:
        running = self._running.get(digest)
        if running is None:
            running = asyncio.create_task(self._exchange(digest, api_key), name="exchange_api_key")
            self._running[digest] = running
            running.add_done_callback(lambda done: self._finished(digest, done))
        return await asyncio.shield(running)

    def _finished(self, digest: bytes, done: asyncio.Task[Exchanged]) -> None:
        del self._running[digest]
        if not done.cancelled():
            done.exception()  # seen here too, for when everyone who waited has gone

    async def _exchange(self, digest: bytes, api_key: str) -> Exchanged:
        try:
            token = await self._identity.exchange(api_key)
        except Unauthenticated:
            exchanged = Exchanged(time.time() + REFUSAL_KEPT_SECONDS, None)
        else:
            until = min(_expiry(token) - LEFT_SECONDS, time.time() + KEPT_SECONDS)
            exchanged = Exchanged(until, token)
        self._known[digest] = exchanged
        self._known.move_to_end(digest)
        if len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return exchanged


def _expiry(token: str) -> float:
    """The `exp` of a token that came straight from the identity service; it is verified where it is used."""
    claims = orjson.loads(jws.extract_compact(token.encode()).payload)
    return float(claims["exp"])
