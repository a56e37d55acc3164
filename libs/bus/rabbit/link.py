"""One long-lived connection that comes back by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, cast

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.connection import make_url
from aiormq import Channel as WireChannel
from aiormq.exceptions import AMQPError, ChannelNotFoundEntity

from libs.bus.pauses import Backoff
from libs.bus.rabbit.receiving import Receive, Receiving
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.telemetry.logs import logger

FAILURES: Final = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What a connection or channel raises when it has ended or cannot be had; a closed one raises a RuntimeError."""

LOOKS: Final = 5
"""Looks after which silence counts as death; a process that had no time to read takes one for all of that time."""

_log = logger()


class _Connection(aio_pika.Connection):
    """Closed by the link alone: aio-pika's own begins to close when it is forgotten, be there a loop running or not."""

    def __del__(self) -> None:
        """Nothing is left to be done."""


class _Session:
    """One connection, until it is lost."""

    def __init__(self, connection: AbstractConnection) -> None:
        self.connection = connection
        self.lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: self.lost.set())

    async def lost_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.lost.wait(), seconds)
        return self.lost.is_set()


class Link:
    """Connects, watches the connection and connects again. Tenants keep a channel on it by `keep`.

    Those in `receivers` get what is delivered under their consumer tags; `at_leisure` some at a time, a moment later.
    """

    def __init__(self, url: str, name: str, settings: BusSettings, *, at_leisure: bool = False) -> None:
        self._url = url
        self._name = name
        self._settings = settings
        self._at_leisure = at_leisure
        self._session: _Session | None = None
        self._connected = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._received = 0
        self.receivers: dict[str, Receive] = {}
        self._farewells: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name=f"bus link {self._name}")

    async def close(self) -> None:
        if self._runner is not None:
            await end([self._runner])
        if self._farewells:
            await asyncio.wait(self._farewells, timeout=self._settings.connect_timeout)

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def heard(self) -> None:
        """The broker has sent something by this connection, so it is alive."""
        self._received += 1

    def recycle(self) -> None:
        """Give up the present connection, which has shown that it is dead."""
        if self._session is not None:
            self._session.lost.set()

    async def blocked(self) -> bool:
        """Whether the broker has asked publishers to wait (its memory or disk alarm)."""
        return self._session is not None and await _blocked(self._session.connection)

    async def keep(
        self,
        serve: Callable[[AbstractChannel], Coroutine[Any, Any, None]],
        *,
        wanted: Callable[[], bool],
        confirms: bool,
    ) -> None:
        """Gives `serve` a channel, and another each time it returns, fails or loses its connection, while `wanted`."""
        backoff = self._backoff()
        while wanted():
            session = await self._current()
            backoff.begin()
            try:
                channel = session.connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
                async with asyncio.timeout(self._settings.connect_timeout):
                    await channel.initialize()
                await _until_lost(serve(channel), session)
                if not session.lost.is_set():
                    async with asyncio.timeout(self._settings.connect_timeout):
                        await channel.close()
            except FAILURES as error:
                _log.warning("bus_channel_lost", link=self._name, error=repr(error))
            await backoff.pause()

    async def use(self, work: Callable[[AbstractChannel], Awaitable[None]]) -> None:
        """Runs `work` on a channel of its own."""
        session = await self._current()
        async with session.connection.channel(publisher_confirms=False) as channel:
            await work(channel)

    async def has_exchange(self, name: str) -> bool:
        async def look(channel: AbstractChannel) -> None:
            await channel.get_exchange(name)

        try:
            await self.use(look)
        except ChannelNotFoundEntity:
            return False
        return True

    async def _current(self) -> _Session:
        while True:
            await self._connected.wait()
            if self._session is not None and not self._session.lost.is_set():
                return self._session
            await asyncio.sleep(0)

    async def _run(self) -> None:
        backoff = self._backoff()
        while True:
            backoff.begin()
            try:
                await self._live(_Session(await self._connect()))
                _log.warning("bus_connection_lost", link=self._name)
            except FAILURES as error:
                _log.warning("bus_unreachable", link=self._name, error=repr(error))
            await backoff.pause()

    async def _connect(self) -> AbstractConnection:
        url = make_url(self._url, heartbeat=self._settings.heartbeat)
        connection = _Connection(url, client_properties={"connection_name": self._name})
        connection.kwargs["transport_factory"] = Receiving(self.receivers, at_leisure=self._at_leisure)
        try:
            await connection.connect(timeout=self._settings.connect_timeout)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _live(self, session: _Session) -> None:
        """Returns when the connection has ended or no longer answers."""
        try:
            self._session = session
            self._connected.set()
            async with asyncio.timeout(self._settings.connect_timeout):
                probe = await wire_of(await session.connection.channel(publisher_confirms=False))
            while not await session.lost_within(self._settings.probe_every):
                if not await self._answers(session.connection, probe):
                    return
        finally:
            session.lost.set()
            self._connected.clear()
            self._session = None
            self._say_farewell(session.connection)

    async def _answers(self, connection: AbstractConnection, probe: WireChannel) -> bool:
        """Whether the broker answers a question that changes nothing; the answer may come late, behind messages."""
        if await _blocked(connection):
            return True
        asking = asyncio.ensure_future(probe.basic_qos(prefetch_count=1))
        silent = 0
        try:
            while silent < LOOKS and not asking.done():
                received = self._received
                await asyncio.wait([asking], timeout=self._settings.probe_timeout / LOOKS)
                silent = silent + 1 if received == self._received else 0
        finally:
            await end([asking])
        return not asking.cancelled() and asking.exception() is None

    def _backoff(self) -> Backoff:
        return Backoff(self._settings.reconnect_first, self._settings.reconnect_longest)

    def _say_farewell(self, connection: AbstractConnection) -> None:
        """Closes the connection in a task of its own: for a dead one that takes seconds, and nobody needs to wait."""
        farewell = asyncio.create_task(_close(connection), name=f"bus farewell {self._name}")
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)


async def wire_of(channel: AbstractChannel) -> WireChannel:
    """The channel of aiormq that lies under aio-pika's, where each message costs less."""
    return cast(WireChannel, await channel.get_underlay_channel())


async def _close(connection: AbstractConnection) -> None:
    with suppress(*FAILURES):
        await connection.close()


async def _blocked(connection: AbstractConnection) -> bool:
    transport = connection.transport
    if transport is None:
        return False
    try:
        async with asyncio.timeout(0):
            await transport.ready()
    except TimeoutError:
        return True
    return False


async def _until_lost(serving: Coroutine[Any, Any, None], session: _Session) -> None:
    """Runs `serving`, but no longer than the connection lasts."""
    served = asyncio.create_task(serving)
    lost = asyncio.create_task(session.lost.wait())
    try:
        await asyncio.wait([served, lost], return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end([served, lost])
    if not served.cancelled():
        served.result()
