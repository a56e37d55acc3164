"""Runs a service: one process, one event loop, a graceful stop."""

import asyncio
import ctypes
import gc
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import uvloop
from aiohttp import http_parser, web

from libs.telemetry.logs import configure_logging, logger
from libs.telemetry.tracing import start_tracing, stop_tracing
from libs.web.settings import ServiceSettings

KEEPALIVE: Final = 75.0
"""Seconds that an idle connection is kept; the library's own default is an hour."""

DRAIN: Final = 10.0
"""Seconds that requests under way have to finish once the service is told to stop."""

COLLECT_AFTER: Final = (10_000, 10, 10)
"""Thresholds of the garbage collector. With Python's own, an eighth of the gateway's time went into collections."""

ARENAS: Final = 2
"""Pools of memory for all threads; left to itself, the C library makes eight for each core."""

LARGEST_SPARE: Final = 1024 * 1024
"""Bytes at the end of a pool that are kept although nothing is in there."""

_M_ARENA_MAX: Final = -8
_M_TRIM_THRESHOLD: Final = -1
"""From malloc.h."""

S = TypeVar("S", bound=ServiceSettings)
AppFactory = Callable[[S], Awaitable[web.Application]]
Site = Callable[[web.AppRunner, S], web.BaseSite]
"""Makes the address where a server listens."""

_log = logger()


class SlowParser(RuntimeError):
    """The HTTP library was installed without its compiled parser."""


def serve(name: str, factory: AppFactory[ServiceSettings]) -> None:
    """Runs the service until SIGTERM or Ctrl-C. Settings come from the environment."""
    run(name, factory, ServiceSettings(), site=tcp_site)


def run(name: str, factory: AppFactory[S], settings: S, *, site: Site[S], **options: Any) -> None:
    """As `serve`, with settings and a site of its own; `options` are those of aiohttp's `AppRunner`."""
    share_arenas()
    configure_logging(name, json=settings.log_json)
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise SlowParser("aiohttp has no compiled parser here; install its wheel for this platform")
    start_tracing(name, settings.tracing_endpoint)
    try:
        uvloop.run(_serve(name, factory, settings, site, options))
    finally:
        stop_tracing()


def tcp_site(runner: web.AppRunner, settings: ServiceSettings) -> web.BaseSite:
    return web.TCPSite(runner, settings.http_host, settings.http_port, backlog=1024)


async def _serve(name: str, factory: AppFactory[S], settings: S, site: Site[S], options: Mapping[str, Any]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    defaults: dict[str, Any] = {"keepalive_timeout": KEEPALIVE, "shutdown_timeout": DRAIN, "access_log": None}
    runner = web.AppRunner(await factory(settings), **{**defaults, **options})
    try:
        await runner.setup()
        await site(runner, settings).start()
        _spare_collections()
        _log.info("service_started", address=f"http://{settings.http_host}:{settings.http_port}", name=name)
        await stop.wait()
        _log.info("service_stopping", name=name)
    finally:
        await runner.cleanup()


def share_arenas() -> None:
    """Bounds what the C library keeps of memory that was freed; other libraries than GNU's have no such pools.

    Each thread of the database driver would have a pool of its own, and nobody else has use for what is free in there.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def return_freed() -> None:
    """Gives large blocks back to the system as soon as they are freed, for a service that needs such again and again.

    Left to itself, the C library takes the largest block that was ever freed for the usual one, and keeps twice as much
    in each pool.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_TRIM_THRESHOLD, LARGEST_SPARE)


def _spare_collections() -> None:
    """What was made until now stays for good, so the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
