"""Signing in with a password: slow to guess, and silent about what was wrong."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from libs.domain.refusals import Unauthenticated, Unavailable
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.telemetry.logs import logger
from services.identity.attempts import store as attempts
from services.identity.attempts.model import Subject
from services.identity.second_factor import store as second_factors
from services.identity.sessions.commands import Origin, SignedIn, start_session
from services.identity.sessions.model import WrongCredentials
from services.identity.users.passwords import Passwords
from services.identity.users.store import Credential, credential_of, user_named

AT_ONCE: Final = 2
"""Fewer than the failures that are free, even where two copies of the service are asked."""

_log = logger()


class SecondFactorRequired(Unauthenticated):
    """The password is right, and a code of the user's authenticator app is wanted beside it."""

    code = "second_factor_required"

    def __init__(self) -> None:
        super().__init__("Send the code of your authenticator app as `code` too.")


@dataclass(frozen=True, slots=True, repr=False)
class Presented:
    """What somebody signs in with; `code` is of their authenticator app."""

    username: str
    password: str
    code: str | None


class SignIns:
    """Checks passwords.

    Few sign-ins of one user run at once, the others wait: a burst of right ones must not look like guessing.
    """

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def sign_in(
        self, store: Store, username: str, password: str, *, code: str | None, origin: Origin, context: Context
    ) -> SignedIn:
        """Starts a session; raises `WrongCredentials`, `SecondFactorRequired`, `TooManyAttempts` or `Unavailable`."""
        subject = Subject.user(username)
        turn = self._turns.setdefault(subject.key, asyncio.Semaphore(AT_ONCE))
        async with turn:
            proved = await self._proved(store, subject, Presented(username, password, code), origin)
            command = partial(start_session, proved=proved, origin=origin)
            return await store.run(command, replace(context, actor_id=proved.user_id))

    async def _proved(self, store: Store, subject: Subject, presented: Presented, origin: Origin) -> Credential:
        address = Subject.address(origin.address or "unknown")
        await attempts.count(store, (address, subject), at=utc_now())
        try:
            proved = await self._matching(store, presented.username, presented.password)
        except Unavailable:
            await asyncio.gather(attempts.forgive(store, address), attempts.forgive(store, subject))
            raise
        if proved is None:
            _log.warning("sign_in_failed", subject=subject.key[:12])
            raise WrongCredentials
        factor = await second_factors.of_user(store, proved.user_id)
        if factor is not None and factor.confirmed:
            if presented.code is None:
                await asyncio.gather(attempts.forgive(store, address), attempts.forgive(store, subject))
                raise SecondFactorRequired
            if not await second_factors.accept(store, factor, presented.code, at=utc_now()):
                raise WrongCredentials
        await asyncio.gather(attempts.forgive(store, address), attempts.absolve(store, subject))
        return proved

    async def _matching(self, store: Store, username: str, password: str) -> Credential | None:
        """What the user with this password signs in with; takes as long where there is no such user."""

        async def read(work: UnitOfWork) -> Credential | None:
            user = await user_named(work, username)
            return await credential_of(work, user.id) if user and user.may_sign_in else None

        credential = await store.run(read, Context())
        matches = await self._passwords.match(password, credential.hashed if credential else None)
        return credential if matches else None
