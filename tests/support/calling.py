"""Asking over HTTP as somebody who is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from aiohttp import ClientSession, FormData

READABLE: Final[Mapping[str, str]] = {
    "gateway": "work_areas",
    "identity": "sessions",
    "sales": "leads",
    "marketing": "campaigns",
    "service": "cases",
    "activity": "activities",
    "reporting": "funnel",
    "journal": "events",
}
"""By service, a path of its own that can be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the JSON of the answer, None where there is none, as of a file."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str | None:
        """The stable code of a problem document."""
        return self.body.get("code") if isinstance(self.body, dict) else None


class Caller:
    """Whoever has the token, or a stranger. Paths are those below `/api/v1`."""

    def __init__(self, session: ClientSession, url: str, token: str | None = None) -> None:
        self._session = session
        self._url = f"{url}/api/v1"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {**self.headers, **(headers or {})}
        url = f"{self._url}/{path}"
        async with self._session.request(method, url, json=body, headers=sent, params=params) as response:
            read = await response.read()
            given = await response.json(content_type=None) if read and "json" in response.content_type else None
            return Answer(response.status, given, response.headers)

    async def get(self, path: str, **params: str) -> Any:
        """The body of a successful answer; options of the query begin with `$` where OData says so."""
        return await self._succeed("GET", path, params=params)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._succeed("POST", path, body)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._succeed("PATCH", path, body)

    async def upload(self, path: str, content: bytes, name: str, **fields: str) -> Any:
        """The body of the answer to a file, and what is sent beside it."""
        form = FormData(fields)
        form.add_field("file", BytesIO(content), filename=name)
        async with self._session.post(f"{self._url}/{path}", data=form, headers=self.headers) as response:
            assert response.status < 300, f"POST {path} answered {response.status}: {await response.text()}"
            return await response.json()

    async def find(self, collection: str, filter_: str) -> list[dict[str, Any]]:
        """The records that match an OData filter."""
        found: list[dict[str, Any]] = (await self.get(collection, **{"$filter": filter_}))["value"]
        return found

    async def _succeed(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = await self.ask(method, path, body, **options)
        assert answer.status < 300, f"{method} {path} answered {answer.status}: {answer.body}"
        return answer.body


async def sign_in(session: ClientSession, url: str, username: str, password: str) -> dict[str, Any]:
    """The tokens of a new sign-in."""
    tokens: dict[str, Any] = await Caller(session, url).post("auth/token", {"username": username, "password": password})
    return tokens
