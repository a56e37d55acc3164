"""A lean HTTP/1.1 client, so that the generator takes little of the machine it measures."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes


class Connection:
    """One keep-alive connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    async def request(self, method: str, path: str, body: bytes = b"", headers: str = "") -> Reply:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(body)}\r\n"
        kind = "Content-Type: application/json\r\n" if body else ""
        self._writer.write(f"{head}{kind}{headers}\r\n".encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        lowered = answer.lower()
        start = lowered.find(b"content-length:")
        length = int(lowered[start + 15 : lowered.index(b"\r\n", start)]) if start >= 0 else 0
        return Reply(int(answer[9:12]), await self._reader.readexactly(length))

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connections(url: str, count: int) -> AsyncIterator[list[Connection]]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    opened = [Connection(*await asyncio.open_connection(host, port), f"{host}:{port}") for _ in range(count)]
    yield opened
    for connection in opened:
        connection.close()


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    body: bytes = b""
    headers: str = ""


async def burst(open_: Sequence[Connection], calls: Sequence[Call], *, expected: int) -> tuple[float, list[Reply]]:
    """Sends the calls as fast as the connections take them; seconds, and the replies in the order of the calls."""
    replies: list[Reply | None] = [None] * len(calls)
    waiting = iter(range(len(calls)))

    async def work(connection: Connection) -> None:
        for number in waiting:
            call = calls[number]
            reply = await connection.request(call.method, call.path, call.body, call.headers)
            if reply.status != expected:
                raise RuntimeError(f"{call.method} {call.path} answered {reply.status}: {reply.body[:300]!r}")
            replies[number] = reply

    started = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in open_))
    return time.perf_counter() - started, [reply for reply in replies if reply is not None]


async def paced(
    open_: Sequence[Connection], calls: Sequence[Call], *, per_second: float, seen: Callable[[int, float], None]
) -> None:
    """Sends the calls at a steady rate; tells when each was answered (its number and the clock)."""
    started = time.perf_counter()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in open_:
        free.put_nowait(connection)

    async def send(number: int, call: Call) -> None:
        connection = await free.get()
        try:
            await connection.request(call.method, call.path, call.body, call.headers)
            seen(number, time.perf_counter())
        finally:
            free.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number, call in enumerate(calls):
            await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
            group.create_task(send(number, call))
