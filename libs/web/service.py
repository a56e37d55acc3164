"""What a service is made of, said on one page by its `app.py`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from aiohttp import web

from libs.bus.bus import Bus
from libs.bus.definitions import Consumer, Projection
from libs.domain.record import Index, Record
from libs.jobs.jobs import JobKind
from libs.jobs.scheduler import INDEXES
from libs.jobs.schedules import Schedule
from libs.jobs.timers import TimerKind
from libs.privacy.exporting import INDEXES as PART_INDEXES
from libs.privacy.finding import Portable
from libs.privacy.tasks import task_of
from libs.store.aliases import INDEXES as ALIAS_INDEXES
from libs.store.attached import RecordFiles
from libs.store.copies import INDEXES as COPY_INDEXES
from libs.store.figures import Figures
from libs.store.moving import Mover
from libs.store.store import Store
from libs.web.api import Route
from libs.web.collection_routes import CollectionRoutes
from libs.web.duplicates.groups import INDEXES as GROUP_INDEXES
from libs.web.duplicates.routes import duplicate_routes
from libs.web.health import health_routes
from libs.web.identity_client import Identity
from libs.web.imports.mappings import mapping_routes
from libs.web.imports.routes import import_routes
from libs.web.imports.store import INDEXES as IMPORT_INDEXES
from libs.web.job_routes import job_routes
from libs.web.merging import following_merges
from libs.web.operations import operations_routes
from libs.web.parked_routes import parked_routes
from libs.web.privacy_routes import privacy_routes
from libs.web.recovery import Also
from libs.web.resource import Resource
from libs.web.saved_views.routes import SavedViewRoutes
from libs.web.saved_views.store import INDEXES as VIEW_INDEXES
from libs.web.settings import ServiceSettings
from libs.web.snapshots import snapshot_routes
from libs.web.timer_routes import timer_routes


@dataclass(frozen=True, slots=True)
class Service:
    """What a service is made of.

    `records` are kept without a resource of their own, `indexes` belong to collections that hold no records.
    `endings` run when the server stops listening: they end what would otherwise stay open, such as streams.
    `recovered` is done once after each restore from backup. `announcing` are jobs that announce events, `sending` those
    that reach out as the settings say.
    `identity` is for the identity service, which need not ask itself over HTTP. One service `keeps_common`: the
    exchange of all events, and what no queue wanted. `portable` says which collections beside the records hold what is
    a person's, `movers` let it point to the survivors of merges, and `after_erasure` is done once one is erased.
    `files` lie beside records, and are handed out and erased with those.
    Of the collections in `definitions` every copy knows all; `figures` of a record follow from itself and from them.
    """

    name: str
    resources: tuple[Resource[Any], ...] = ()
    routes: tuple[Route, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    projections: tuple[Projection, ...] = ()
    records: tuple[type[Record], ...] = ()
    indexes: Mapping[str, tuple[Index, ...]] = field(default_factory=dict)
    attachments: tuple[Callable[[web.Application], AsyncIterator[None]], ...] = ()
    endings: tuple[Callable[[web.Application], Awaitable[None]], ...] = ()
    identity: Callable[[Store], Identity] | None = None
    timers: tuple[TimerKind, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    jobs: tuple[JobKind[Any], ...] = ()
    recovered: Also | None = None
    announcing: tuple[Callable[[Bus], JobKind[Any]], ...] = ()
    sending: tuple[Callable[[ServiceSettings], JobKind[Any]], ...] = ()
    keeps_common: bool = False
    portable: tuple[Portable, ...] = ()
    files: tuple[RecordFiles, ...] = ()
    after_erasure: Callable[[Store], Awaitable[object]] | None = None
    movers: tuple[Mover, ...] = ()
    definitions: tuple[type[Record], ...] = ()
    figures: Mapping[type[Record], Figures] = field(default_factory=dict)

    def all_projections(self) -> tuple[Projection, ...]:
        """Its own projections and the one that every service has."""
        return (*self.projections, following_merges(self.movers))

    def own_records(self) -> tuple[type[Record], ...]:
        return (*(resource.record for resource in self.resources), *self.records)

    def all_records(self) -> tuple[type[Record], ...]:
        """Its own records and the one that every service has."""
        return (*self.own_records(), task_of(self.name))

    def all_indexes(self) -> dict[str, tuple[Index, ...]]:
        """The indexes of collections that hold no records: its own and those that every service has."""
        return {
            **INDEXES,
            **ALIAS_INDEXES,
            **COPY_INDEXES,
            **IMPORT_INDEXES,
            **VIEW_INDEXES,
            **PART_INDEXES,
            **GROUP_INDEXES,
            **self.indexes,
        }

    def all_routes(self) -> list[Route]:
        """Every route: what permissions guard, OpenAPI describes and the tests go through."""
        records = self.all_records()
        collections = [route for resource in self.resources for route in CollectionRoutes(resource, records).routes()]
        imports = [*import_routes(), *mapping_routes()] if self.importable() else []
        every = (
            SavedViewRoutes(self.resources).routes(),
            job_routes(),
            parked_routes(),
            timer_routes(),
            privacy_routes(),
            operations_routes(),
            snapshot_routes(self.own_records()),
            duplicate_routes([*self.importable().values()]),
            health_routes(),
        )
        return [*collections, *self.routes, *imports, *chain.from_iterable(every)]

    def importable(self) -> dict[str, Resource[Any]]:
        """The resources into which files can be imported, by collection."""
        return {resource.collection: resource for resource in self.resources if resource.creatable}
