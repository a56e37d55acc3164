"""The operator as a client of the gateway: signs in once, and says in words what went wrong."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from deploy.local.home import Home
from libs.cli.trouble import Trouble

_AWAY = frozenset({429, 502, 503, 504})
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)


class NotAnswered(Trouble):
    """Nobody is there, or has no time: the same request may be answered later."""


class NotThere(Trouble):
    """No such record: of what events bring about, there may be one soon."""


@dataclass(frozen=True, slots=True)
class Api:
    """A signed-in session; paths begin with `/api/v1/`."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **query: str) -> Any:
        async with self._asked("GET", path, query) as response:
            return await response.json()

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Under an Idempotency-Key, if one is given, so that it may be sent again when nothing was answered."""
        headers = {"Idempotency-Key": key} if key else {}
        async with self._asked("POST", path, {}, json=body, headers=headers) as response:
            return await response.json()

    async def patch(self, path: str, body: Any) -> Any:
        async with self._asked("PATCH", path, {}, json=body) as response:
            return await response.json()

    async def send(self, path: str, form: aiohttp.FormData, **query: str) -> Any:
        """Posts a form with a file."""
        async with self._asked("POST", path, query, data=form) as response:
            return await response.json()

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, query: Mapping[str, str], **more: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            async with self.session.request(method, path, params=query, **more) as response:
                await refuse(response)
                yield response
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            raise _nothing_answers(self.url) from None


@dataclass(frozen=True, slots=True)
class Account:
    """Where to sign in, and as whom."""

    url: str
    user: str
    password: str

    @classmethod
    def from_environment(cls) -> Self:
        """At TANDEM_URL or the running installation of TANDEM_HOME, as TANDEM_USER; raises Trouble."""
        home = Home.from_environment()
        url = os.environ.get("TANDEM_URL") or (home.running.url if home.running else "http://127.0.0.1:8080")
        return cls(url, os.environ.get("TANDEM_USER", "admin"), _password(home))


@asynccontextmanager
async def signed_in(account: Account | None = None) -> AsyncIterator[Api]:
    """As the environment says, unless an account is given; raises Trouble."""
    account = account or Account.from_environment()
    headers = {"Authorization": f"Bearer {await _token(account)}"}
    async with aiohttp.ClientSession(account.url, headers=headers, timeout=_TIMEOUT) as session:
        yield Api(account.url, session)


async def refuse(response: aiohttp.ClientResponse) -> None:
    """Raise Trouble in the words of the problem document, if the answer is one."""
    if response.status < 400:
        return
    problem: Mapping[str, Any] = {}
    if response.content_type.endswith("json"):
        problem = await response.json()
    kind = NotAnswered if response.status in _AWAY else NotThere if response.status == 404 else Trouble
    detail = problem.get("detail") or problem.get("title") or response.reason
    wrong = "".join(f"\n  {each['pointer']}: {each['detail']}" for each in problem.get("errors", ()))
    raise kind(f"{detail} ({problem.get('code', response.status)}){wrong}")


async def _token(account: Account) -> str:
    credentials = {"username": account.user, "password": account.password}
    try:
        async with (
            aiohttp.ClientSession(account.url, timeout=_TIMEOUT) as session,
            session.post("/api/v1/auth/token", json=credentials) as response,
        ):
            if response.status == 401:
                sentence = f"{account.url} refuses the password of {account.user}"
                raise Trouble(f"{sentence}: set TANDEM_USER and TANDEM_PASSWORD")
            await refuse(response)
            return str((await response.json())["access_token"])
    except (aiohttp.ClientConnectionError, TimeoutError):
        raise _nothing_answers(account.url) from None


def _password(home: Home) -> str:
    password = os.environ.get("TANDEM_PASSWORD") or home.vault.kept("admin_password")
    if password is None:
        raise Trouble(
            f"No password, since nothing was started from {home.path} yet: start Tandem with `make run`, "
            f"or set TANDEM_HOME to where it keeps its state, or TANDEM_PASSWORD"
        )
    return password


def _nothing_answers(url: str) -> NotAnswered:
    return NotAnswered(f"Nothing answers at {url}: start Tandem with `make run`, or set TANDEM_URL")
