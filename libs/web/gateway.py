"""Asking other services through the gateway, for whoever asks here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, web

from libs.domain.refusals import Unavailable

_PATIENCE: Final = ClientTimeout(total=None, sock_connect=5, sock_read=30)


class Unanswered(Unavailable):
    """Another service has answered, with the status `answered`, and not what was asked for."""

    def __init__(self, path: str, answered: int) -> None:
        super().__init__(f"{path} answered {answered}")
        self.answered = answered


class Gateway:
    """The gateway knows which service answers which path."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    @asynccontextmanager
    async def reading(self, path: str, request: web.Request) -> AsyncIterator[ClientResponse]:
        """The answer, still to be read, to what the caller could ask themselves; raises `Unanswered` for any but 200,
        and `Unavailable` where there is none.

        Whoever came with an API key has a token by now: the gateway has exchanged it.
        """
        headers = {"Authorization": request.headers.get("Authorization", "")}
        try:
            async with self._session.get(f"{self._url}{path}", headers=headers, timeout=_PATIENCE) as response:
                if response.status != 200:
                    raise Unanswered(path, response.status)
                yield response
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"{path} does not answer") from error


GATEWAY: Final = web.AppKey("gateway", Gateway)
"""The gateway, for a service that needs answers of others."""
