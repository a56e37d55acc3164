"""A service that was set back, as the journal follows it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.store import copies
from libs.web.executing import STORE
from tests.services.journal.conftest import Announce
from tests.services.journal.reading import listed
from tests.services.journal.restores.telling import set_back
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually

BEGINNING = datetime.now(UTC) - timedelta(minutes=30)


@pytest.fixture
def leads(kind: str) -> str:
    """A collection of the test's own."""
    return f"{kind}_leads"


@pytest.fixture
def types(events: Running, kind: str) -> Callable[[], Awaitable[list[str]]]:
    """What the journal has kept of the test's kind, in order: verbs and versions."""

    async def types() -> list[str]:
        return [event["type"].rpartition(".")[2] for event in await listed(events, f"types={kind}.%23")]

    return types


async def kept(types: Callable[[], Awaitable[list[str]]], *verbs: str) -> list[str]:
    async def look() -> list[str]:
        found = await types()
        return found if set(verbs) <= set(found) else []

    return await eventually(look)


async def test_a_recovered_record_is_journalled_where_it_is_other_than_told(
    events: Running, announce: Announce, types: Any, kind: str, leads: str
) -> None:
    lead = envelope(f"{kind}.lead.created", leads, {"topic": "Old"})
    told = envelope(f"{kind}.lead.restated", leads, dict(lead.record), recovered=True)
    await announce(lead, told)
    await kept(types, "created")
    later = replace(told, id=f"{told.id[:-1]}x", epoch=2)
    await announce(replace(later, id=f"{told.id[:-1]}y", data={"record": told.record}), later)

    assert await kept(types, "restated") == ["created", "restated"]


async def test_what_a_restore_left_behind_is_gone_for_readers(
    events: Running, announce: Announce, types: Any, kind: str, leads: str
) -> None:
    stays, goes = (envelope(f"{kind}.lead.created", leads, {"topic": topic}) for topic in ("Stays", "Goes"))
    await announce(stays, goes)
    await kept(types, "created")
    told_since = replace(envelope(f"{kind}.lead.restated", leads, dict(stays.record), recovered=True), epoch=2)

    await announce(
        set_back(kind, [leads], taken_at=BEGINNING, restored_at=datetime.now(UTC)),
        told_since,
    )

    async def gone() -> bool:
        rows = await copies.known_copies(events.app[STORE], [goes.subject, stays.subject])
        return {subject: row["deleted"] for subject, row in rows.items()} == {goes.subject: True, stays.subject: False}

    await eventually(gone)
    await kept(types, "restored", "restated")
