"""What is stored after a fault, read past the services: every record, every event, every row made of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aio_pika
from aiormq.exceptions import ChannelNotFoundEntity
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from libs.contracts.envelope import Envelope
from tests.faults.landscape import COLLECTIONS, followers, queues
from tests.support.suite import SERVICES

Document = dict[str, Any]
PREFIX: Final = "tandem"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One look at everything. Records and rows are found by subject, which is `<collection>/<id>`.

    `rows` are those of projections, by service and collection; `remembered` are the requests whose answers are kept.
    """

    records: Mapping[str, Document]
    events: Sequence[Envelope]
    rows: Mapping[tuple[str, str], Mapping[str, Document]]
    claims: Sequence[Document]
    parked: Sequence[Document]
    remembered: frozenset[str]
    positions: Sequence[int]

    def in_collection(self, name: str) -> list[Document]:
        """The records of a collection that are not removed."""
        return [
            record
            for subject, record in self.records.items()
            if subject.startswith(f"{name}/") and "_deleted" not in record
        ]


ROWS: Final = (
    *((service, "copies") for service, _ in followers()),
    ("activity", "timeline"),
    ("reporting", "funnel_rows"),
    ("marketing", "responses"),
)


class Databases:
    """The databases of all services. Events are read once, since the journal never changes what it has."""

    def __init__(self, client: AsyncMongoClient[Document]) -> None:
        self._client = client
        self._events: list[Envelope] = []
        self._positions: list[int] = []

    def collection(self, service: str, name: str) -> AsyncCollection[Document]:
        return self._client[f"{PREFIX}_{service}"][name]

    async def look(self) -> Evidence:
        await self._read_events()
        records: dict[str, Document] = {}
        remembered: set[str] = set()
        for service, names in COLLECTIONS.items():
            for name in names:
                async for record in self.collection(service, name).find():
                    records[f"{name}/{record['_id']}"] = record
                    if "_request" in record:
                        remembered.add(record["_request"]["key"])
            async for answer in self.collection(service, "requests").find({}, {"_id": 1}):
                remembered.add(answer["_id"])
        return Evidence(
            records=records,
            events=list(self._events),
            rows={(service, name): await self._rows(service, name) for service, name in ROWS},
            claims=await self.collection("sales", "claims").find().to_list(),
            parked=[each for service in SERVICES for each in await self.parked(service.name)],
            remembered=frozenset(remembered),
            positions=list(self._positions),
        )

    async def parked(self, service: str) -> list[Document]:
        return await self.collection(service, "parked").find({}, {"body": 0}).to_list()

    async def waiting(self) -> dict[str, int]:
        """How many documents of each collection have events that are not published yet; none is left out."""
        found: dict[str, int] = {}
        for service, names in COLLECTIONS.items():
            for name in names:
                pending = await self.collection(service, name).count_documents({"_pending": {"$exists": True}})
                found[f"{service} {name}"] = pending
            found[f"{service} outbox"] = await self.collection(service, "outbox").count_documents({})
        return {place: count for place, count in found.items() if count}

    async def _rows(self, service: str, name: str) -> Mapping[str, Document]:
        return {row["_id"]: row async for row in self.collection(service, name).find()}

    async def _read_events(self) -> None:
        last = self._positions[-1] if self._positions else 0
        found = self.collection("journal", "events").find({"_id": {"$gt": last}}, {"body": 1}).sort("_id", 1)
        async for row in found:
            self._positions.append(row["_id"])
            self._events.append(Envelope.from_json(row["body"]))


async def depths(amqp_url: str) -> dict[str, int | None]:
    """Messages that wait in the queues of the suite, for those that have any; None for a queue that is gone."""
    found: dict[str, int | None] = {}
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for name in queues():
            try:
                declared = await channel.declare_queue(name, passive=True)
                found[name] = declared.declaration_result.message_count
            except ChannelNotFoundEntity:
                found[name] = None
                channel = await connection.channel()
    return {name: count for name, count in found.items() if count != 0}
