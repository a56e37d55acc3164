"""What was asked of the suite and what it answered: the load's own books, which the stored state must bear out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from aiohttp import ClientConnectorError, ClientError

from tests.support.calling import Answer, Caller

Record = dict[str, Any]

NEVER_SENT: Final = frozenset({"circuit_open", "overloaded", "too_many_requests"})
"""Refusals of the gateway that say that no service has seen the request."""

INTERNAL_ERROR: Final = 500

MEMBERS: Final = {"lead": "leads", "opportunity": "opportunities"}
"""Members of an answer that are records, and where those are kept."""


class Outcome(StrEnum):
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Entry:
    """One request. `answer` is the last one; `key` is its Idempotency-Key, under which it can be asked again."""

    method: str
    path: str
    body: Record | None
    key: str = field(default_factory=lambda: uuid4().hex)
    outcome: Outcome = Outcome.UNKNOWN
    answer: Answer | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        said = f"{self.answer.status} {self.answer.body}" if self.answer else "no answer"
        return f"{self.method} {self.path} ({self.key}): {said}"

    @property
    def collection(self) -> str:
        return self.path.partition("/")[0]

    @property
    def subject(self) -> str:
        """`<collection>/<id>` of the record that the path names, or the collection alone."""
        return "/".join(self.path.split("/")[:2])

    def records(self) -> Iterator[tuple[str, Record]]:
        """The records in the answer, each with its subject."""
        body = self.answer.body if self.answer else None
        if not isinstance(body, dict):
            return
        if "version" in body:
            yield f"{self.collection}/{body['id']}", body
        for name, collection in MEMBERS.items():
            if name in body:
                yield f"{collection}/{body[name]['id']}", body[name]


class Ledger:
    """Every request of one load, in the order in which they were sent.

    `internal_errors` are those answered so at any time, also where a repeat was answered well.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.entries: list[Entry] = []
        self.internal_errors: list[str] = []

    def of(self, outcome: Outcome) -> list[Entry]:
        return [entry for entry in self.entries if entry.outcome is outcome]

    async def ask(self, method: str, path: str, body: Record | None = None) -> Entry:
        """Enters the request before it is sent, and its outcome after."""
        entry = Entry(method, path, body)
        self.entries.append(entry)
        await self._send(entry)
        return entry

    async def ask_and_hang_up(self, method: str, path: str, body: Record, *, after: float) -> Entry:
        """The client goes away `after` seconds, unless the answer was quicker."""
        entry = Entry(method, path, body)
        self.entries.append(entry)
        with suppress(TimeoutError):
            async with asyncio.timeout(after):
                await self._send(entry)
        return entry

    async def repeat(self, entry: Entry) -> Entry:
        """Asks once more under the same key."""
        await self._send(entry)
        return entry

    async def repeat_unknown(self) -> None:
        """Asks again, under the same keys, what had no clear outcome, until it has one."""
        await asyncio.gather(*(self._send(entry) for entry in self.of(Outcome.UNKNOWN)))

    async def _send(self, entry: Entry) -> None:
        started = time.monotonic()
        headers = {"Idempotency-Key": entry.key}
        try:
            entry.answer = await self._caller.ask(entry.method, entry.path, entry.body, headers=headers)
            entry.outcome = outcome_of(entry.answer)
            if entry.answer.status == INTERNAL_ERROR:
                self.internal_errors.append(str(entry))
        except ClientConnectorError:
            entry.answer, entry.outcome = None, Outcome.FAIL
        except (ClientError, TimeoutError):
            entry.answer, entry.outcome = None, Outcome.UNKNOWN
        entry.seconds = time.monotonic() - started


def outcome_of(answer: Answer) -> Outcome:
    """Whether the request had its effect, as far as the answer tells."""
    if answer.status < 300:
        return Outcome.OK
    refused = answer.status < 500 and answer.code != "request_in_progress"
    return Outcome.FAIL if refused or answer.code in NEVER_SENT else Outcome.UNKNOWN
