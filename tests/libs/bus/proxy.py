"""A TCP proxy whose connections can be cut, frozen or made one-way."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from math import inf
from typing import Self

from yarl import URL

RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Stands before the broker at `url`. `refusing` turns new connections away; `pace` is in bytes a second."""

    def __init__(self, upstream: str) -> None:
        self._upstream = URL(upstream)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_client = asyncio.Event()
        self._to_broker = asyncio.Event()
        self.refusing = False
        self.pace = inf
        self.accepted = 0

    async def __aenter__(self) -> Self:
        self.thaw()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the proxy is not started")
        return str(self._upstream.with_host("127.0.0.1").with_port(self._server.sockets[0].getsockname()[1]))

    def cut(self) -> None:
        """Resets every connection."""
        for writer in self._writers:
            connection = writer.get_extra_info("socket")
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    def freeze(self) -> None:
        """Forwards nothing more, and closes nothing: half-open connections."""
        self._to_client.clear()
        self._to_broker.clear()

    def strand(self) -> None:
        """Forwards nothing more of what is connected now, and closes nothing; new connections are as good as ever."""
        self.freeze()
        self._to_client, self._to_broker = asyncio.Event(), asyncio.Event()
        self.thaw()

    def mute_broker(self) -> None:
        """Lets the broker hear but not answer."""
        self._to_client.clear()

    def thaw(self) -> None:
        self._to_client.set()
        self._to_broker.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        self.accepted += 1
        from_broker, to_broker = await asyncio.open_connection(self._upstream.host, self._upstream.port)
        self._writers |= {writer, to_broker}
        for task in (
            asyncio.create_task(self._forward(reader, to_broker, self._to_broker)),
            asyncio.create_task(self._forward(from_broker, writer, self._to_client)),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await flowing.wait()
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(len(data) / self.pace)
        writer.close()
