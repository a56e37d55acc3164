"""Who is calling: verified by every service itself, from a signed token or an API key."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from joserfc.jwk import KeySet

from libs.bus.tasks import end
from libs.domain.refusals import Refusal, Unauthenticated, Unavailable
from libs.telemetry.logs import logger
from libs.web.identity_client import Identity
from libs.web.tokens import AccessClaims, UnknownKey, Via, verify

CACHED_FOR: Final = 300.0
CACHED_CALLERS: Final = 10_000
REVOKED_ASKED_EVERY: Final = 30.0
KEYS_ASKED_EVERY: Final = 10.0
"""Seconds between two looks for new signing keys, so that strangers' tokens cannot make us ask endlessly."""
FIRST_KEYS_ASKED_EVERY: Final = 1.0

_log = logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request speaks for. `session_id` is the sign-in or the API key that it dies with."""

    user_id: str
    name: str
    roles: tuple[str, ...]
    session_id: str
    via: Via


class Verified(NamedTuple):
    caller: Caller
    session_id: str
    until: float


class Authenticator:
    """Turns request headers into a `Caller`.

    A verified credential is remembered for at most five minutes and never beyond its own end; every use of it
    still checks that its session has not been revoked.
    """

    def __init__(self, identity: Identity, *, now: Callable[[], float] = time.time) -> None:
        self._identity = identity
        self._now = now
        self._keys: KeySet | None = None
        self._keys_asked_at = float("-inf")
        self._asking_for_keys = asyncio.Lock()
        self._verified: OrderedDict[str, Verified] = OrderedDict()
        self._revoked: dict[str, float] = {}
        self._reloading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load keys and revoked sessions, and keep the latter fresh.

        An identity service that is away does not stop the start: it is asked again when a token comes.
        """
        await self._load_keys()
        await self.reload_revoked()
        self._reloading = asyncio.create_task(self._keep_reloading(), name="reload_revoked_sessions")

    async def close(self) -> None:
        if self._reloading is not None:
            await end([self._reloading])

    async def check(self) -> None:
        """Raises `Unavailable` while no signing key is known, so that nobody's sign-in could be checked."""
        if self._keys is None:
            await self._load_keys()
        if self._keys is None:
            raise Unavailable("Sign-ins cannot be checked right now.")

    async def authenticate(self, headers: Mapping[str, str]) -> Caller:
        """The caller; raises `Unauthenticated`, or `Unavailable` while no signing key could be fetched."""
        credential = headers.get("Authorization")
        if credential is None:
            credential = _api_key_credential(headers)
        known = self._verified.get(credential)
        if known is not None and known.until > self._now() and known.session_id not in self._revoked:
            self._verified.move_to_end(credential)
            return known.caller
        return await self._recognise(credential)

    def revoke(self, session_id: str) -> None:
        """Stop accepting tokens of this session at once; what the broadcast of revoked sessions calls."""
        self._revoked[session_id] = self._now()

    def is_revoked(self, session_id: str) -> bool:
        """For what goes on after its request was let in, such as a stream."""
        return session_id in self._revoked

    async def reload_revoked(self) -> None:
        """Fetch the revoked sessions anew; call it on each connect of the broadcast, for what was missed."""
        asked_at = self._now()
        try:
            listed = await self._identity.revoked_sessions()
        except Refusal as refusal:
            _log.warning("revoked_sessions_not_reloaded", cause=refusal.detail)
            return
        # What was heard just now may be newer than the answer; what was only listed must be listed again.
        heard_lately = {
            session_id: heard_at
            for session_id, heard_at in self._revoked.items()
            if heard_at >= asked_at - REVOKED_ASKED_EVERY
        }
        self._revoked = dict.fromkeys(listed, float("-inf")) | heard_lately

    async def _recognise(self, credential: str) -> Caller:
        self._verified.pop(credential, None)
        claims = await self._verify(await self._token_of(credential))
        if claims.sid in self._revoked:
            raise Unauthenticated("This sign-in was revoked.")
        caller = Caller(claims.sub, claims.name, claims.roles, claims.sid, claims.via)
        until = min(float(claims.exp), self._now() + CACHED_FOR)
        self._verified[credential] = Verified(caller, claims.sid, until)
        if len(self._verified) > CACHED_CALLERS:
            self._verified.popitem(last=False)
        return caller

    async def _token_of(self, credential: str) -> str:
        scheme, _, secret = credential.partition(" ")
        match scheme.lower():
            case "bearer" if secret:
                return secret
            case "apikey" if secret:
                return await self._identity.exchange(secret)
            case _:
                raise Unauthenticated("Send the access token as `Authorization: Bearer …`.")

    async def _verify(self, token: str) -> AccessClaims:
        try:
            return verify(token, self._keys, now=self._now())
        except UnknownKey:
            await self._load_keys()
            await self.check()
            return verify(token, self._keys, now=self._now())

    async def _load_keys(self) -> None:
        async with self._asking_for_keys:
            pause = FIRST_KEYS_ASKED_EVERY if self._keys is None else KEYS_ASKED_EVERY
            if self._now() - self._keys_asked_at < pause:
                return
            try:
                self._keys = await self._identity.signing_keys()
            except Refusal as refusal:
                _log.warning("signing_keys_not_loaded", cause=refusal.detail)
            self._keys_asked_at = self._now()

    async def _keep_reloading(self) -> None:
        while True:
            await asyncio.sleep(REVOKED_ASKED_EVERY)
            await self.reload_revoked()


def _api_key_credential(headers: Mapping[str, str]) -> str:
    api_key = headers.get("X-API-Key")
    if api_key is None:
        raise Unauthenticated("Sign in first: send an access token or an API key.")
    return f"ApiKey {api_key}"
