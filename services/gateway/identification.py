"""Who asks, and the credential that goes on to the service."""

from collections.abc import Callable
from typing import NamedTuple

from aiohttp import hdrs, web

from libs.web.authentication import Authenticator, Caller
from services.gateway.api_keys import ApiKeyTokens
from services.gateway.headers import API_KEY


class Identified(NamedTuple):
    """A caller whose token was verified here; the service verifies `authorization` again for itself."""

    caller: Caller
    authorization: str


class Identification:
    """Verifies the token of a request, or of the API key it carries."""

    def __init__(self, authenticator: Authenticator, api_keys: ApiKeyTokens) -> None:
        self._authenticator = authenticator
        self._api_keys = api_keys

    async def identify(self, request: web.BaseRequest, before_exchange: Callable[[], object]) -> Identified:
        """Raises Unauthenticated, Unavailable, and what `before_exchange` raises."""
        headers = request.headers
        authorization = headers.get(hdrs.AUTHORIZATION)
        if authorization is None and (api_key := headers.get(API_KEY)) is not None:
            authorization = f"Bearer {await self._api_keys.token(api_key, before_exchange)}"
            return Identified(
                await self._authenticator.authenticate({hdrs.AUTHORIZATION: authorization}), authorization
            )
        return Identified(await self._authenticator.authenticate(headers), authorization or "")
