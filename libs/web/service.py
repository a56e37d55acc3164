"""A service put together: its store, its part of the bus, its routes, and how they start and stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from aiohttp import ClientSession, web

from libs.bus.broker import Flow
from libs.bus.bus import Bus
from libs.bus.definitions import Broadcast, Consumer, Projection
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope
from libs.domain.record import Index, Record
from libs.domain.refusals import Unavailable
from libs.jobs.duties import Duty
from libs.jobs.jobs import JobKind
from libs.jobs.scheduler import INDEXES, Jobs
from libs.jobs.schedules import Schedule
from libs.jobs.timers import TimerKind
from libs.privacy.exporting import INDEXES as PART_INDEXES
from libs.privacy.finding import Portable
from libs.privacy.privacy import Privacy
from libs.privacy.screening import Screen
from libs.privacy.tasks import task_of
from libs.store.aliases import INDEXES as ALIAS_INDEXES
from libs.store.attached import RecordFiles
from libs.store.copies import INDEXES as COPY_INDEXES
from libs.store.figures import Figures
from libs.store.moving import Mover
from libs.store.store import Store
from libs.telemetry.logs import logger
from libs.telemetry.metrics import HttpMetrics
from libs.web.api import ANYONE, Anyone, Route, guarded
from libs.web.authentication import Authenticator
from libs.web.collection_routes import CollectionRoutes
from libs.web.definitions import Definitions
from libs.web.description import Description
from libs.web.directory import Directory
from libs.web.duplicates.finding import Finding
from libs.web.duplicates.groups import INDEXES as GROUP_INDEXES
from libs.web.duplicates.keeping import KeyKeeping
from libs.web.duplicates.routes import FINDING, duplicate_routes
from libs.web.executing import BUS, IN_PROGRESS, STORE
from libs.web.exporting import WORKBOOKS, workbooks
from libs.web.gateway import GATEWAY, Gateway
from libs.web.health import CHECKS, Check, health_routes
from libs.web.identity_client import Identity, IdentityClient
from libs.web.imports.mappings import mapping_routes
from libs.web.imports.routes import import_routes
from libs.web.imports.running import ImportJobs
from libs.web.imports.settings import KINDS, LARGEST, RESOURCES
from libs.web.imports.store import INDEXES as IMPORT_INDEXES
from libs.web.imports.store import ROWS as IMPORTED
from libs.web.imports.store import forget_old
from libs.web.job_routes import job_routes
from libs.web.merging import following_merges, settling_merges
from libs.web.middleware import PUBLIC_ROUTES, observing
from libs.web.operations import LAGS, operations_routes
from libs.web.parked_routes import PARKING, parked_routes
from libs.web.privacy_routes import privacy_routes
from libs.web.recovery import Also, begin_recovery, recovery, tell_the_journal
from libs.web.references import REFERENCES, References
from libs.web.requests import AUTHENTICATOR, DIRECTORY
from libs.web.resource import Resource
from libs.web.saved_views.routes import SavedViewRoutes
from libs.web.saved_views.store import INDEXES as VIEW_INDEXES
from libs.web.settings import SETTINGS, ServiceSettings
from libs.web.snapshots import SNAPSHOTS, snapshot_routes, snapshots
from libs.web.timer_routes import timer_routes

VERSION: Final = "1.0"
LARGEST_BODY: Final = 8 * 1024 * 1024

log = logger()

EVENTS_WAIT: Final[Mapping[Flow, str]] = {
    Flow.AWAY: "away; events wait in the database",
    Flow.BLOCKED: "short of memory or disk; events wait in the database",
    Flow.UNHEARD: "not every service has its queues yet; events wait in the database",
}


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
        """Those of its own and the one that every service has."""
        return (*self.projections, following_merges(self.movers))

    def own_records(self) -> tuple[type[Record], ...]:
        return (*(resource.record for resource in self.resources), *self.records)

    def all_records(self) -> tuple[type[Record], ...]:
        """Those of its own and the one that every service has."""
        return (*self.own_records(), task_of(self.name))

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


async def create_app(service: Service, settings: ServiceSettings) -> web.Application:
    """The service as a web application; it connects when the server starts."""
    app = web.Application(middlewares=[observing(HttpMetrics())], client_max_size=LARGEST_BODY)
    app[IN_PROGRESS], app[LAGS], app[SETTINGS] = {}, [], settings
    app[WORKBOOKS] = workbooks()
    app[RESOURCES], app[LARGEST] = service.importable(), settings.largest_import
    routes = service.all_routes()
    description = Description(f"Tandem CRM: {service.name}", VERSION, routes, service.resources)
    routes.append(Route("GET", "/openapi.json", description.answer, ANYONE, "The description of this service"))
    for route in routes:
        app.router.add_route(route.method, route.path, guarded(route))
    app[PUBLIC_ROUTES] = frozenset((route.method, route.path) for route in routes if isinstance(route.guard, Anyone))
    app.cleanup_ctx.append(_connected(service, settings))
    app.cleanup_ctx.extend(service.attachments)
    app.on_shutdown.extend(service.endings)
    return app


def _connected(service: Service, settings: ServiceSettings) -> Callable[[web.Application], AsyncIterator[None]]:
    async def connect(app: web.Application) -> AsyncIterator[None]:
        store = await Store.open(
            settings.mongo_url,
            settings.database_of(service.name),
            service=service.name,
            records=service.all_records(),
            indexes={
                **INDEXES,
                **ALIAS_INDEXES,
                **COPY_INDEXES,
                **IMPORT_INDEXES,
                **VIEW_INDEXES,
                **PART_INDEXES,
                **GROUP_INDEXES,
                **service.indexes,
            },
            seconds=settings.database_seconds,
        )
        for collection, names in store.undeclared_indexes.items():
            log.warning("indexes_undeclared", collection=collection, indexes=names)
        identity = service.identity(store) if service.identity else IdentityClient(settings.upstream_identity)
        authenticator = Authenticator(identity)
        directory = Directory(identity)
        store.duplicate_rules, store.custom_references = directory.duplicate_rules, directory.custom_references
        store.people, store.figures = directory, service.figures
        definitions = Definitions(store, service.definitions)
        bus_settings = BusSettings(audience=tuple(sorted(settings.audience)), keeps_common=service.keeps_common)
        broker = RabbitBroker(settings.amqp_url, name=service.name, settings=bus_settings)
        privacy = Privacy(service.portable, IMPORTED, service.after_erasure, service.files)
        bus = Bus(
            store,
            broker,
            consumers=(*service.consumers, privacy.consumer, *(() if service.keeps_common else (tell_the_journal,))),
            projections=service.all_projections(),
            broadcasts=[revocations(authenticator), directory_changes(directory), *definitions.broadcasts()],
            screen=Screen(store),
            settings=bus_settings,
        )
        session = ClientSession()
        references = References(store, session, settings.upstream("gateway"))
        imports = ImportJobs(service.importable(), references, directory)
        app[SNAPSHOTS] = snapshots(bus)
        announcing = [recovery(bus, service.recovered), *(kind(bus) for kind in service.announcing)]
        keys = KeyKeeping(directory)
        app[FINDING] = Finding(directory).kind
        jobs = Jobs(
            store,
            timers=service.timers,
            schedules=service.schedules,
            kinds=(
                *service.jobs,
                *imports.kinds.values(),
                app[SNAPSHOTS],
                privacy.kind,
                keys.kind,
                app[FINDING],
                *announcing,
                *(kind(settings) for kind in service.sending),
            ),
            duties=[Duty("imports", 3600.0, forget_old), privacy.duty, keys.duty, settling_merges(service.movers)],
        )
        app[STORE], app[BUS], app[PARKING], app[AUTHENTICATOR] = store, bus, bus.parking, authenticator
        app[DIRECTORY], app[REFERENCES], app[KINDS] = directory, references, imports.kinds
        app[GATEWAY] = Gateway(session, settings.upstream("gateway"))
        app[CHECKS] = {
            "mongodb": store.ping,
            "rabbitmq": _flowing(bus),
            "identity": authenticator.check,
            "permissions": directory.check,
        }
        await authenticator.start()
        await directory.start()
        await definitions.start()
        await bus.start()
        await begin_recovery(store)
        await jobs.start()
        yield
        await jobs.stop()
        await bus.stop()
        await asyncio.gather(authenticator.close(), directory.close(), definitions.close(), session.close())
        await identity.close()
        await store.close()

    return connect


def revocations(authenticator: Authenticator) -> Broadcast:
    """Every copy of every service hears of revoked sign-ins and API keys; at each connect it reloads what it missed."""

    async def hear(envelope: Envelope) -> None:
        authenticator.revoke(envelope.record_id)

    topics = ("identity.session.revoked", "identity.api_key.revoked")
    return Broadcast("revoked_sessions", topics, hear, authenticator.reload_revoked)


def directory_changes(directory: Directory) -> Broadcast:
    """Every copy of every service hears of roles, teams, users, custom fields and duplicate rules that have changed."""
    kinds = ("role", "team", "user", "custom_field", "duplicate_rule")
    topics = tuple(f"identity.{kind}.*" for kind in kinds)
    return Broadcast("directory", topics, directory.hear, directory.reload)


def _flowing(bus: Bus) -> Check:
    """Ready once the queues are there. A broker that is away later stops no request: events wait in the outbox."""
    begun = False

    async def check() -> str | None:
        nonlocal begun
        begun = begun or bus.ready
        if not begun:
            raise Unavailable("events do not flow yet")
        return EVENTS_WAIT.get(bus.flow)

    return check
