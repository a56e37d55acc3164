"""A copy of a service that dies of one message. Run as a program, so that it can; its arguments are those of `run`."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, Final

from libs.bus.bus import Bus
from libs.bus.definitions import consumer
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import LeadQualified
from tests.support.waiting import PATIENCE

DEADLY: Final = "Deadly"
SETTINGS: Final[dict[str, Any]] = {"delivery_limit": BusSettings().delivery_limit}
"""Where it differs from other tests: the queue must not give the message up before its marks are full."""


@consumer("conversion", LeadQualified)
async def die_of_one(work: UnitOfWork, event: LeadQualified) -> None:
    if event.record.topic == DEADLY:
        os._exit(1)
    work.add(Customer(id=work.new_id(), name=event.record.topic))


async def run(mongo_url: str, database: str, amqp_url: str, service: str) -> None:
    settings = BusSettings(
        exchange=f"{service}.events", unrouted=f"{service}.unrouted", tiers=(0.1, 0.2, 0.3), **SETTINGS
    )
    store = await Store.open(mongo_url, database, service=service, records=[Customer], seconds=PATIENCE)
    bus = Bus(store, RabbitBroker(amqp_url, name=service, settings=settings), consumers=[die_of_one], settings=settings)
    await bus.start()
    await eventually(lambda: bus.ready)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
