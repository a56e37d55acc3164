"""The whole gateway on one page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from itertools import product

from aiohttp import hdrs, web

from libs.telemetry.metrics import HttpMetrics, gauge
from libs.web.authentication import Authenticator
from libs.web.directory import Directory
from libs.web.health import CHECKS, Check, health_routes
from libs.web.identity_client import IdentityClient
from libs.web.middleware import PUBLIC_ROUTES, observing
from libs.web.requests import DIRECTORY
from services.gateway import front_door, routes
from services.gateway.api_keys import ApiKeyTokens
from services.gateway.breaker import Breaker
from services.gateway.connections import CONNECTIONS, BoundedSite, Connections
from services.gateway.cors import ORIGINS, Origins
from services.gateway.docs import routes as docs
from services.gateway.gate import GATE, Gate
from services.gateway.identification import Identification
from services.gateway.marks import mark
from services.gateway.odata import routes as odata
from services.gateway.openapi import routes as openapi
from services.gateway.openapi.collection import DOCUMENT, MergedDocument
from services.gateway.openapi.own import INFO, OWN
from services.gateway.operations import routes as operations
from services.gateway.overview import routes as overview
from services.gateway.proxy import Proxy
from services.gateway.rate_limit import Buckets
from services.gateway.settings import GatewaySettings
from services.gateway.shedding import Room
from services.gateway.streams import EventStreams
from services.gateway.upstreams import open_upstreams
from services.gateway.work_areas import routes as work_areas


async def make_app(settings: GatewaySettings) -> web.Application:
    """The gateway as these settings say."""
    app = web.Application(middlewares=[observing(HttpMetrics())])
    app[ORIGINS] = Origins(settings.allowed_origins)
    app[CONNECTIONS] = Connections(settings.most_connections)
    app.cleanup_ctx.append(wiring(settings))
    app.on_response_prepare.append(mark)
    app.on_shutdown.append(end_streams)
    front_door.add_routes(app.router)
    docs.add_routes(app.router)
    openapi.add_routes(app.router)
    odata.add_routes(app.router)
    work_areas.add_routes(app.router)
    operations.add_routes(app.router)
    overview.add_routes(app.router, seconds=settings.overview_seconds)
    for route in health_routes():
        app.router.add_route(route.method, route.path, route.handler)
    routes.add_routes(app.router)
    # The gate asks for the sign-in itself: it counts failures, and exchanges API keys.
    patterns = [resource.canonical for resource in app.router.resources()]
    app[PUBLIC_ROUTES] = frozenset(product(hdrs.METH_ALL, patterns))
    return app


def wiring(settings: GatewaySettings) -> Callable[[web.Application], AsyncIterator[None]]:
    """What lives as long as the server: connections to the services, verified tokens, counts."""

    async def wire(app: web.Application) -> AsyncIterator[None]:
        identity = IdentityClient(settings.upstream_identity)
        authenticator = Authenticator(identity)
        directory = Directory(identity)
        streams = EventStreams(settings.most_event_streams)
        async with open_upstreams(settings.origins, most_at_once=settings.most_requests_per_service) as upstreams:
            app[CHECKS] = {"identity": once(identity.signing_keys)}
            app[DOCUMENT] = MergedDocument(INFO, upstreams, OWN)
            app[GATE] = Gate(
                identification=Identification(authenticator, ApiKeyTokens(identity)),
                callers=Buckets("caller", settings.caller_rate),
                addresses=Buckets("address", settings.address_rate),
                requests=Room("requests", settings.most_requests),
                streams=streams,
                proxy=Proxy(settings.proxy_limits, streams),
                upstreams=upstreams,
                trusted_proxies=settings.trusted_proxies,
            )
            app[DIRECTORY] = directory
            watch(app[GATE])
            await authenticator.start()
            await directory.start()
            yield
            await directory.close()
            await authenticator.close()
            await identity.close()

    return wire


def watch(gate: Gate) -> None:
    """Show operators how full this copy is, read when they ask."""
    gauge("gateway_requests_held", "Requests being answered.").set_function(lambda: gate.requests.taken)
    gauge("gateway_event_streams", "Event streams that are open.").set_function(lambda: gate.streams.room.taken)
    circuits = gauge("gateway_circuit_open", "Whether a service is left alone.", ("service",))
    for service, upstream in gate.upstreams.items():
        circuits.labels(service.value).set_function(partial(is_open, upstream.breaker))


def is_open(breaker: Breaker) -> float:
    """1 for an open circuit."""
    return float(breaker.is_open)


def site(runner: web.AppRunner, settings: GatewaySettings) -> web.BaseSite:
    """Where the gateway listens, with its sockets bounded."""
    return BoundedSite(runner, runner.app[CONNECTIONS], settings.http_host, settings.http_port)


def once(ask: Callable[[], Awaitable[object]]) -> Check:
    """Ready from the first answer on: keys are remembered, so identity may be away for a while later."""
    answered = False

    async def check() -> None:
        nonlocal answered
        if not answered:
            await ask()
            answered = True

    return check


async def end_streams(app: web.Application) -> None:
    """Let event streams end when the server stops; other requests are waited for."""
    app[GATE].streams.end_all()
