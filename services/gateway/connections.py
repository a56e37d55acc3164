"""How many sockets one copy holds; beyond that the longest idle one makes room for a new one."""

import asyncio
from typing import Final

from aiohttp import web
from yarl import URL

_BACKLOG: Final = 1024
"""Connections that the system holds until they are accepted."""


class Connections:
    """Bounds the sockets of a server, and knows which of them are answering something."""

    __slots__ = ("_answering", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._answering: set[asyncio.BaseProtocol] = set()

    def answering(self, request: web.BaseRequest) -> "Answering":
        """Mark the request's socket as not idle for the length of a `with` block."""
        return Answering(self._answering, request.protocol)

    def admit(self, server: web.Server) -> asyncio.BaseProtocol:
        """The protocol of a new socket: aiohttp's own, or one that hangs up when nothing can make room."""
        connections = server.connections
        if len(connections) >= self._most and not self._close_longest_idle(connections):
            return HangUp()
        return server()

    def _close_longest_idle(self, connections: list[web.RequestHandler]) -> bool:
        """They are listed in the order in which they came; one that is closing has no transport."""
        for protocol in connections:
            if protocol.transport is not None and protocol not in self._answering:
                protocol.force_close()
                return True
        return False


class Answering:
    """A socket that is answering something."""

    __slots__ = ("_all", "_one")

    def __init__(self, everyone: set[asyncio.BaseProtocol], one: asyncio.BaseProtocol) -> None:
        self._all = everyone
        self._one = one

    def __enter__(self) -> None:
        self._all.add(self._one)

    def __exit__(self, *_: object) -> None:
        self._all.discard(self._one)


CONNECTIONS = web.AppKey("connections", Connections)


class HangUp(asyncio.Protocol):
    """Closes its socket at once; the peer tries again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End the connection without a word."""
        transport.close()


class BoundedSite(web.BaseSite):
    """Listens like aiohttp's own TCP site, but holds no more sockets than `connections` admits."""

    def __init__(self, runner: web.AppRunner, connections: Connections, host: str, port: int) -> None:
        super().__init__(runner, backlog=_BACKLOG)
        self._connections = connections
        self._address = (host, port)

    @property
    def name(self) -> str:
        """The address where it was told to listen."""
        host, port = self._address
        return str(URL.build(scheme="http", host=host, port=port))

    async def start(self) -> None:
        """Begin to listen. Raises OSError."""
        await super().start()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner is set up before its sites start")
        host, port = self._address
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._connections.admit(server), host, port, backlog=self._backlog
        )
