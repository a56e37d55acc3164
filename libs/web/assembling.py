"""Assembles a service: its store, its part of the bus, its jobs and its routes, and how they start and stop."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from aiohttp import ClientSession, web

from libs.bus.broker import Flow
from libs.bus.bus import Bus
from libs.bus.definitions import Broadcast
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope
from libs.domain.refusals import Unavailable
from libs.jobs.duties import Duty
from libs.jobs.jobs import JobKind
from libs.jobs.scheduler import Jobs
from libs.jobs.settings import JobSettings
from libs.privacy.privacy import Privacy
from libs.privacy.screening import Screen
from libs.store.rewording import complete_words
from libs.store.store import Store
from libs.telemetry.logs import logger
from libs.telemetry.metrics import HttpMetrics
from libs.web.api import ANYONE, Anyone, Route, guarded
from libs.web.authentication import Authenticator
from libs.web.completing import completing
from libs.web.definitions import Definitions
from libs.web.description import Description
from libs.web.directory import Directory
from libs.web.duplicates.finding import Finding
from libs.web.duplicates.keeping import KeyKeeping
from libs.web.duplicates.routes import FINDING
from libs.web.executing import BUS, IN_PROGRESS, STORE
from libs.web.exporting import WORKBOOKS, workbooks
from libs.web.gateway import GATEWAY, Gateway
from libs.web.health import CHECKS, Check
from libs.web.identity_client import IdentityClient
from libs.web.imports.running import ImportJobs
from libs.web.imports.settings import KINDS, LARGEST, RESOURCES
from libs.web.imports.store import ROWS as IMPORTED
from libs.web.imports.store import forget_old
from libs.web.merging import settling_merges
from libs.web.middleware import PUBLIC_ROUTES, observing
from libs.web.operations import LAGS
from libs.web.parked_routes import PARKING
from libs.web.recovery import begin_recovery, recovery, tell_the_journal
from libs.web.references import REFERENCES, References
from libs.web.requests import AUTHENTICATOR, DIRECTORY
from libs.web.service import Service
from libs.web.settings import SETTINGS, ServiceSettings
from libs.web.snapshots import SNAPSHOTS, snapshots

VERSION: Final = "1.0"
LARGEST_BODY: Final = 8 * 1024 * 1024

EVENTS_WAIT: Final = {
    Flow.AWAY: "away; events wait in the database",
    Flow.BLOCKED: "short of memory or disk; events wait in the database",
    Flow.UNHEARD: "not every service has its queues yet; events wait in the database",
}

_log = logger()


async def create_app(
    service: Service, settings: ServiceSettings, *, intervals: JobSettings | None = None
) -> web.Application:
    """The service as a web application; it connects when the server starts. `intervals` are those of its jobs."""
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
    app.cleanup_ctx.append(partial(_connected, service, settings, intervals))
    app.cleanup_ctx.extend((completing("words", complete_words), *service.attachments))
    app.on_shutdown.extend(service.endings)
    return app


async def _connected(
    service: Service, settings: ServiceSettings, intervals: JobSettings | None, app: web.Application
) -> AsyncIterator[None]:
    parts = _Parts(service, settings, intervals, await _open_store(service, settings))
    parts.put_into(app)
    await parts.start()
    yield
    await parts.stop()


async def _open_store(service: Service, settings: ServiceSettings) -> Store:
    store = await Store.open(
        settings.mongo_url,
        settings.database_of(service.name),
        service=service.name,
        records=service.all_records(),
        indexes=service.all_indexes(),
        seconds=settings.database_seconds,
    )
    for collection, names in store.undeclared_indexes.items():
        _log.warning("indexes_undeclared", collection=collection, indexes=names)
    return store


class _Parts:
    """What a service works with while it runs."""

    def __init__(
        self, service: Service, settings: ServiceSettings, intervals: JobSettings | None, store: Store
    ) -> None:
        self._service, self._settings, self._intervals, self._store = service, settings, intervals, store
        self._identity = service.identity(store) if service.identity else IdentityClient(settings.upstream_identity)
        self._authenticator = Authenticator(self._identity)
        self._directory = Directory(self._identity)
        self._definitions = Definitions(store, service.definitions)
        self._privacy = Privacy(service.portable, IMPORTED, service.after_erasure, service.files)
        self._bus = self._new_bus()
        self._session = ClientSession()
        self._references = References(store, self._session, settings.upstream("gateway"))
        self._imports = ImportJobs(service.importable(), self._references, self._directory)
        self._snapshots = snapshots(self._bus)
        self._finding = Finding(self._directory).kind
        self._jobs = self._new_jobs()
        store.duplicate_rules = self._directory.duplicate_rules
        store.custom_references = self._directory.custom_references
        store.people, store.figures = self._directory, service.figures

    def _new_bus(self) -> Bus:
        service = self._service
        settings = BusSettings(audience=tuple(sorted(self._settings.audience)), keeps_common=service.keeps_common)
        to_the_journal = () if service.keeps_common else (tell_the_journal,)
        return Bus(
            self._store,
            RabbitBroker(self._settings.amqp_url, name=service.name, settings=settings),
            consumers=(*service.consumers, self._privacy.consumer, *to_the_journal),
            projections=service.all_projections(),
            broadcasts=[
                _revocations(self._authenticator),
                _directory_changes(self._directory),
                *self._definitions.broadcasts(),
            ],
            screen=Screen(self._store),
            settings=settings,
        )

    def _new_jobs(self) -> Jobs:
        service, keys = self._service, KeyKeeping(self._directory)
        kinds: list[JobKind[Any]] = [
            *service.jobs,
            *self._imports.kinds.values(),
            self._snapshots,
            self._privacy.kind,
            keys.kind,
            self._finding,
            recovery(self._bus, service.recovered),
            *(kind(self._bus) for kind in service.announcing),
            *(kind(self._settings) for kind in service.sending),
        ]
        return Jobs(
            self._store,
            timers=service.timers,
            schedules=service.schedules,
            kinds=kinds,
            duties=[
                Duty("imports", 3600.0, forget_old),
                self._privacy.duty,
                keys.duty,
                settling_merges(service.movers),
            ],
            settings=self._intervals,
        )

    def put_into(self, app: web.Application) -> None:
        """Where the handlers of requests find them."""
        app[STORE], app[BUS], app[PARKING] = self._store, self._bus, self._bus.parking
        app[AUTHENTICATOR], app[DIRECTORY], app[REFERENCES] = self._authenticator, self._directory, self._references
        app[KINDS], app[SNAPSHOTS], app[FINDING] = self._imports.kinds, self._snapshots, self._finding
        app[GATEWAY] = Gateway(self._session, self._settings.upstream("gateway"))
        app[CHECKS] = {
            "mongodb": self._store.ping,
            "rabbitmq": _flowing(self._bus),
            "identity": self._authenticator.check,
            "permissions": self._directory.check,
        }

    async def start(self) -> None:
        await self._authenticator.start()
        await self._directory.start()
        await self._definitions.start()
        await self._bus.start()
        await begin_recovery(self._store)
        await self._jobs.start()

    async def stop(self) -> None:
        await self._jobs.stop()
        await self._bus.stop()
        await asyncio.gather(
            self._authenticator.close(), self._directory.close(), self._definitions.close(), self._session.close()
        )
        await self._identity.close()
        await self._store.close()


def _revocations(authenticator: Authenticator) -> Broadcast:
    """Every copy of every service hears of revoked sign-ins and API keys; at each connect it reloads what it missed."""

    async def hear(envelope: Envelope) -> None:
        authenticator.revoke(envelope.record_id)

    topics = ("identity.session.revoked", "identity.api_key.revoked")
    return Broadcast("revoked_sessions", topics, hear, authenticator.reload_revoked)


def _directory_changes(directory: Directory) -> Broadcast:
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
