"""The store of one service: its database, its records, and the way commands run on them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from libs.contracts.publishers import MERGEABLE
from libs.domain.duplicates import NO_RULES, DuplicateRules
from libs.domain.pointing import NO_CUSTOM_REFERENCES, CustomReferences, PointingField, pointing_to
from libs.domain.record import Index, Record
from libs.domain.refusals import Unavailable
from libs.store.backups.marks import read_epoch
from libs.store.commit import Commit
from libs.store.context import Context
from libs.store.errors import Conflict, answering
from libs.store.figures import Figures
from libs.store.indexes import PRIVATE, build, index_model, indexes_of, undeclared
from libs.store.inserting import Inserts
from libs.store.keys import owners
from libs.store.leases import Leases
from libs.store.lookups import Lookups
from libs.store.mongo import FOR_JSON, Client, Collection, Database, Document, connect, database
from libs.store.outbox import Outbox
from libs.store.people import NOBODY, People
from libs.store.requests import Requests
from libs.store.turns import Turns
from libs.store.work import UnitOfWork

T = TypeVar("T")
R = TypeVar("R", bound=Record)

MOST_ATTEMPTS: Final = 30
"""Runs of one command before it is given up as too contended."""

__all__ = ["Collection", "Database", "Document", "Store"]


class Store:
    """One per process. `epoch` rises by every restore of this database from backup.

    `duplicate_rules` and `custom_references` are those of a collection now; whoever knows them puts them there. Whoever
    waits for documents of a collection without records hears by `on_private` of each that this process has put there.
    `undeclared_indexes` are those that an earlier release has left, by collection. The records of `mergeable`
    collections can be merged, wherever they are kept.
    """

    def __init__(
        self, client: Client, name: str, *, service: str, records: Sequence[type[Record]], seconds: float
    ) -> None:
        self._client = client
        self._seconds = seconds
        self.service = service
        self.records = tuple(records)
        self.mergeable = MERGEABLE | {record.collection for record in records if record.mergeable}
        self.database = database(client, name)
        self.outbox = Outbox(self.database, [record.collection for record in records])
        self.leases = Leases(self.database)
        self.requests = Requests(self.database)
        self.epoch = 1
        self._known: dict[str, Collection] = {}
        self._for_json: dict[str, Collection] = {}
        self._lookups: dict[str, Lookups] = {}
        self.inserts = Inserts(client, self.collection)
        self.people: People = NOBODY
        self.definitions: dict[type[Record], tuple[Any, ...]] = {}
        self.figures: Mapping[type[Record], Figures] = {}
        self.duplicate_rules: Callable[[str], DuplicateRules] = lambda _: NO_RULES
        self.custom_references: Callable[[str], CustomReferences] = lambda _: NO_CUSTOM_REFERENCES
        self.on_private: dict[str, Callable[[Document], None]] = {}
        self.undeclared_indexes: Mapping[str, Sequence[str]] = {}
        self._turns = Turns(patience=seconds)

    def tell_private(self, collection: str, document: Document) -> None:
        """Tells whoever waits for such documents in this process of one that is there now."""
        if hear := self.on_private.get(collection):
            hear(document)

    @classmethod
    async def open(
        cls,
        url: str,
        name: str,
        *,
        service: str,
        records: Sequence[type[Record]] = (),
        indexes: Mapping[str, Sequence[Index]] | None = None,
        seconds: float = 5.0,
    ) -> "Store":
        """Connects, builds the indexes of the records and of further collections, and reads the epoch.

        `seconds` bounds every later operation. Raises `Unavailable`, also while a restore of it has not ended.
        """
        store = cls(
            connect(url, timeout_ms=int(seconds * 1000)),
            name,
            service=service,
            records=records,
            seconds=seconds,
        )
        try:
            await store._prepare(indexes or {})
        except BaseException:
            await store.close()
            raise
        return store

    @answering()
    async def _prepare(self, further: Mapping[str, Sequence[Index]]) -> None:
        self.epoch = await read_epoch(self.database)
        declared = {record.collection: indexes_of(record, self.mergeable) for record in self.records}
        private = {name: [index_model(index) for index in indexes] for name, indexes in further.items()}
        indexes = {**PRIVATE, **declared, **private}
        await build(self.database, indexes)
        self.undeclared_indexes = await undeclared(self.database, indexes)

    def pointing(self, record_type: type[Record], collections: frozenset[str]) -> list[PointingField]:
        """The fields of these records, custom ones among them, that may point to a record of these collections."""
        return pointing_to(record_type, collections, self.custom_references(record_type.collection))

    def defined(self, record_type: type[R]) -> tuple[R, ...]:
        """What administrators have defined in a small collection of this service, as this copy knows it."""
        return self.definitions.get(record_type, ())

    async def close(self) -> None:
        self._client.close()

    def collection(self, name: str) -> Collection:
        # motor makes a new wrapper each time it is asked, which costs more than many a query
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self.database[name]
        return known

    def for_json(self, name: str) -> Collection:
        """The collection as it is read for clients: its times carry no zone, and are UTC."""
        known = self._for_json.get(name)
        if known is None:
            known = self._for_json[name] = self.collection(name).with_options(codec_options=FOR_JSON)
        return known

    async def document(self, collection: str, document_id: str) -> Document | None:
        """One document with all its private fields; what others ask for at the same time is read with it."""
        lookups = self._lookups.get(collection)
        if lookups is None:
            lookups = self._lookups[collection] = Lookups(self.collection(collection))
        return await lookups.document(document_id)

    async def ping(self) -> None:
        """Raises `Unavailable` unless the database answers."""
        async with answering():
            await self._client.admin.command("ping")

    async def run(
        self, command: Callable[[UnitOfWork], Awaitable[T]], context: Context, *, if_match: int | None = None
    ) -> T:
        """Runs a command and commits what it did; runs it again where another writer was quicker."""
        first = UnitOfWork(self, context, if_match=if_match)
        try:
            return await self._attempt(command, first)
        except Conflict:
            pass
        async with self._turns.after(first):
            for attempt in range(2, MOST_ATTEMPTS + 1):
                await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311  # jitter
                with suppress(Conflict):
                    return await self._attempt(command, UnitOfWork(self, context, attempt=attempt, if_match=if_match))
        raise Unavailable("too many writers change the same record at once")

    async def _attempt(self, command: Callable[[UnitOfWork], Awaitable[T]], work: UnitOfWork) -> T:
        async with answering():
            result = await command(work)
            if work.attempt > 1:
                await self._look_up_keys(work)
            await self.commit_of(work).done()
        return result

    async def _look_up_keys(self, work: UnitOfWork) -> None:
        """Which keys of the records others have, where the command has not looked: it may have met one of them."""
        for change in work.changes.values():
            if change.taken is None and (keys := change.new_keys(self.duplicate_rules(change.collection))):
                known = await owners(self.collection(change.collection), keys)
                change.taken = frozenset(key for key, owner in known.items() if owner != change.record_id)

    def commit_of(self, work: UnitOfWork) -> Commit:
        return Commit(self._client, self.database, work, seconds=self._seconds)

    async def explain(self, collection: str, query: Mapping[str, Any], sort: Sequence[tuple[str, int]]) -> Document:
        """The winning plan of a query; for tests of indexes."""
        find = {"find": collection, "filter": dict(query), "sort": dict(sort)}
        plan: Document = await self.database.command({"explain": find, "verbosity": "queryPlanner"})
        return plan
