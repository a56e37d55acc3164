"""What the services are made of, as far as faults can disturb it: their records, their queues, who hears what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from libs.bus.definitions import Projection, keys_of
from libs.bus.settings import BusSettings
from libs.bus.topology import dead_queue_name, foundations, queue_name
from libs.store import copies
from tests.support.suite import SERVICES

COLLECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    service.name: tuple(record.collection for record in service.all_records()) for service in SERVICES
}


def queues() -> Iterator[str]:
    """Every durable queue of the suite but that of unrouted events."""
    settings = BusSettings()
    for service in SERVICES:
        consumers = [*(each.name for each in service.consumers), *(each.name for each in service.all_projections())]
        yield from (queue_name(service.name, consumer) for consumer in consumers)
        yield from (queue.name for queue in foundations(service.name, settings).queues if queue.delay_ms)
        yield dead_queue_name(service.name)


def followers() -> Iterator[tuple[str, Projection]]:
    """The projections of every service that keep copies of others' records, by service."""
    for service in SERVICES:
        for projection in service.projections:
            if projection.handle is copies.keep_copies:
                yield service.name, projection


def projection(service: str, name: str) -> Projection:
    found = next(each for each in SERVICES if each.name == service)
    return next(each for each in found.projections if each.name == name)


def hears(projection_: Projection, type_: str) -> bool:
    return any(_expression(key).fullmatch(type_) for key in keys_of(projection_.topics))


@cache
def _expression(key: str) -> re.Pattern[str]:
    """A binding key of a topic exchange: `*` stands for one word, `#` for any number of them."""
    words: Any = {"*": r"[^.]+", "#": r".*"}
    return re.compile(r"\.".join(words.get(word, re.escape(word)) for word in key.split(".")))
