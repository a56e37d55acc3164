"""What a service has missed since its backup is told again. A journal of its own: nobody else is set back in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest

from libs.contracts.envelope import Envelope
from tests.services.journal.conftest import Announce
from tests.services.journal.reading import listed
from tests.services.journal.restores.telling import set_back
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually

BEGINNING = datetime.now(UTC) - timedelta(minutes=30)
Heard = Callable[[int], Awaitable[list[str]]]


@pytest.fixture
async def heard(events: Running, amqp_url: str, kind: str) -> AsyncIterator[Heard]:
    """Ids of the test's own events, as somebody hears them who comes only now."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("crm.events", f"{kind}.#")
        await queue.bind("crm.events", f"{kind}b.#")

        async def heard(most: int) -> list[str]:
            found: list[str] = []
            while len(found) < most and (message := await queue.get(fail=False, no_ack=True)) is not None:
                found.append(Envelope.from_json(message.body).id)
            return found

        yield heard


async def test_what_others_told_since_the_backup_is_told_again_under_its_ids(
    events: Running, announce: Announce, heard: Heard, kind: str
) -> None:
    """`<kind>b` is the service that is set back."""
    leads = f"{kind}_leads"
    missed = envelope(f"{kind}.lead.created", leads, {"topic": "Missed"})
    old = replace(envelope(f"{kind}.lead.created", leads, {"topic": "Old"}), time=BEGINNING - timedelta(hours=5))
    own = envelope(f"{kind}b.tent.created", f"{kind}_tents", {"name": "Undone"})
    await announce(missed, old, own)

    async def kept() -> int:
        return sum([len(await listed(events, f"types={each}.%23")) for each in (kind, f"{kind}b")])

    async def all_kept() -> bool:
        return await kept() == 3

    await eventually(all_kept)
    at_first: list[str] = []

    async def all_heard() -> bool:
        at_first.extend(await heard(3))
        return len(at_first) == 3

    await eventually(all_heard)
    assert sorted(at_first) == sorted(each.id for each in (missed, old, own))

    await announce(set_back(f"{kind}b", [f"{kind}_tents"], taken_at=BEGINNING, restored_at=datetime.now(UTC)))

    heard_again: list[str] = []

    async def again() -> bool:
        heard_again.extend([each for each in await heard(9) if each in at_first])
        return len(heard_again) >= 2

    await eventually(again)
    assert heard_again == [missed.id, old.id], "by when it was kept, not by when it happened"

    async def one_more() -> bool:
        return await kept() > 3

    await eventually(one_more)
    assert await kept() == 3 + 1, "nothing is kept twice; that the service was set back is kept"
