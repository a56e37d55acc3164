"""What every service asks of the identity service, over HTTP."""

from typing import Final, Protocol, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from libs.domain.directory import DirectoryDocument
from libs.domain.refusals import TooManyRequests, Unauthenticated, Unavailable

DIRECTORY_PATH: Final = "/internal/directory"
TIMEOUT = ClientTimeout(total=5)


class Identity(Protocol):
    """Where signing keys, revoked sign-ins and tokens for API keys come from; each may raise `Unavailable`."""

    async def signing_keys(self) -> KeySet: ...

    async def revoked_sessions(self) -> list[str]:
        """Sessions and API keys revoked so lately that tokens of theirs may not have expired."""
        ...

    async def directory(self) -> DirectoryDocument:
        """All roles, teams and users, as far as they decide what callers may do."""
        ...

    async def exchange(self, api_key: str) -> str:
        """A short access token for an API key; raises `Unauthenticated` for a key that is not valid."""
        ...

    async def close(self) -> None: ...


class PublishedKeys(BaseModel):
    keys: list[dict[str, str | list[str]]]


class RevokedSessions(BaseModel):
    value: list[str]


class ExchangedToken(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str


Answer = TypeVar("Answer", bound=BaseModel)


class IdentityClient:
    """The identity service at a base URL that comes from the settings, never from a token."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def signing_keys(self) -> KeySet:
        published = await self._ask("GET", "/api/v1/auth/jwks.json", PublishedKeys)
        try:
            return KeySet.import_key_set({"keys": published.keys})
        except (JoseError, ValueError) as error:
            raise Unavailable("The identity service publishes no usable keys.") from error

    async def revoked_sessions(self) -> list[str]:
        return (await self._ask("GET", "/internal/revoked_sessions", RevokedSessions)).value

    async def directory(self) -> DirectoryDocument:
        return await self._ask("GET", DIRECTORY_PATH, DirectoryDocument)

    async def exchange(self, api_key: str) -> str:
        headers = {"X-API-Key": api_key}
        return (await self._ask("POST", "/api/v1/auth/exchange", ExchangedToken, headers)).access_token

    async def _ask(self, method: str, path: str, answer: type[Answer], headers: dict[str, str] | None = None) -> Answer:
        if self._session is None:
            self._session = ClientSession(timeout=TIMEOUT)
        try:
            async with self._session.request(method, self._url + path, headers=headers) as response:
                match response.status:
                    case 200:
                        return answer.model_validate_json(await response.read())
                    case 401:
                        raise Unauthenticated("The API key is not valid.")
                    case 429:
                        seconds = int(response.headers.get("Retry-After", "1"))
                        raise TooManyRequests("Too many attempts.", retry_after=seconds)
                    case status:
                        raise Unavailable(f"The identity service answered {status}.")
        except (ClientError, TimeoutError, ValidationError, ValueError) as error:
            raise Unavailable("The identity service does not answer as it should.") from error
