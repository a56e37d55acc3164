"""Reading the journal as its clients do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientResponse

from libs.cli.events import parse
from tests.support.services import Running
from tests.support.waiting import PATIENCE

STREAM = "/api/v1/events/stream"


@dataclass
class Reader:
    """An open stream. It is read as far as a test asks, and no further."""

    response: ClientResponse
    last: str = ""

    async def take(self, count: int) -> list[dict[str, Any]]:
        """The next events; `last` then is where a later stream goes on."""
        taken: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE):
            async for heard in parse(self.response.content):
                self.last = heard.position
                taken.append(orjson.loads(heard.data))
                if len(taken) == count:
                    break
        return taken

    async def rest(self) -> list[dict[str, Any]]:
        """What comes until the stream ends."""
        async with asyncio.timeout(PATIENCE):
            return [orjson.loads(heard.data) async for heard in parse(self.response.content)]


@asynccontextmanager
async def reading(
    journal: Running,
    query: str = "",
    *,
    last: str | None = None,
    session_id: str = "session-1",
    role: str = "administrator",
    user_id: str = "user-1",
) -> AsyncIterator[Reader]:
    token = journal.identities.token(role, session_id=session_id, user_id=user_id)
    headers: Mapping[str, str] = {"Authorization": f"Bearer {token}", **({"Last-Event-ID": last} if last else {})}
    async with journal.session.get(f"{journal.url}{STREAM}?{query}", headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        await response.content.readline()
        yield Reader(response)


async def listed(journal: Running, query: str) -> list[dict[str, Any]]:
    """All pages of the feed."""
    events: list[dict[str, Any]] = []
    path: str | None = f"/api/v1/events?{query}"
    while path is not None:
        status, page = await journal.get(path)
        assert status == 200, page
        events += page["value"]
        path = page.get("@odata.nextLink")
    return events
