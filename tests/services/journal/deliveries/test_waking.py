"""A webhook does not wait until somebody looks whether there is something for it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.journal.app import journal
from tests.services.journal.conftest import Announce, Made
from tests.services.journal.deliveries.conftest import OUTLET, PACE, Wire, employ
from tests.services.journal.receiver import Receiver
from tests.support.services import Running, delete_queues, running

HARDLY_EVER = 600.0


@pytest.fixture
async def patient(mongo_url: str, amqp_url: str, shared_database: str, name: str) -> AsyncIterator[Running]:
    """A journal that looks by itself so seldom that no test would see it."""
    service = replace(journal(OUTLET, replace(PACE, look_every=HARDLY_EVER)), name=name)
    async with running(service, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as started:
        await employ(started, "user-1", "administrator")
        yield started
    await delete_queues(started.app, amqp_url)


async def test_what_the_journal_keeps_is_sent_at_once(
    patient: Running, receiver: Receiver, kind: str, announce: Announce, made: Made
) -> None:
    wire = Wire(patient, receiver, kind, announce, made)
    webhook = await wire.subscribe()

    await wire.happen(2)
    await wire.log(webhook, count=2)

    await wire.happen(1)
    await wire.log(webhook, count=3)
    assert len(receiver.ids) == 3
