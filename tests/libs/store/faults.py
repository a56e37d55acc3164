"""Makes the server fail at a chosen point; see `failCommand` in MongoDB's own test documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from pymongo import AsyncMongoClient

NETWORK = {"closeConnection": True}
UNKNOWN_AFTER_EFFECT = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}
"""The command does its work, and the server cannot say so."""

ABORTED = {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}
"""The server knows the transaction no more, as after an election."""


def slow(milliseconds: int) -> dict[str, Any]:
    return {"blockConnection": True, "blockTimeMS": milliseconds}


class FailPoint:
    """One point that is switched on. `entered` waits until it has been passed `times` times."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], name: str, passed_before: int) -> None:
        self._client = client
        self._name = name
        self._passed_before = passed_before

    async def entered(self, times: int = 1) -> None:
        await self._client.admin.command(
            {"waitForFailPoint": self._name, "timesEntered": self._passed_before + times, "maxTimeMS": 60_000}
        )

    async def passed(self) -> int:
        """How often it was passed, now that it is switched off."""
        answer = await self._client.admin.command({"configureFailPoint": self._name, "mode": "off"})
        return int(answer["count"]) - self._passed_before


class Faults:
    def __init__(self, url: str) -> None:
        self._client = AsyncMongoClient[dict[str, Any]](url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    @asynccontextmanager
    async def point(
        self, name: str, mode: Any = "alwaysOn", data: dict[str, Any] | None = None
    ) -> AsyncIterator[FailPoint]:
        """Switches a point on, and off again at the end."""
        command = {"configureFailPoint": name, "mode": mode, "data": data or {}}
        answer = await self._client.admin.command(command)
        try:
            yield FailPoint(self._client, name, int(answer["count"]))
        finally:
            await self.off(name)

    @asynccontextmanager
    async def failing(self, *commands: str, how: dict[str, Any], times: int | None = None) -> AsyncIterator[FailPoint]:
        """The store's next `times` such commands fail; all of them where `times` is None."""
        mode = "alwaysOn" if times is None else {"times": times}
        data = {"failCommands": list(commands), "appName": "tandem", **how}
        async with self.point("failCommand", mode, data) as point:
            yield point

    async def off(self, name: str) -> None:
        await self._client.admin.command({"configureFailPoint": name, "mode": "off"})
