"""`tandem events tail`: what happens, as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated

import aiohttp
import typer

from libs.cli.client import Api, refuse, signed_in
from libs.cli.trouble import finish

_PAUSE = 2.0
_ENDLESS = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=90)

events = typer.Typer(no_args_is_help=True, help="The events of all services.")


@dataclass(frozen=True, slots=True)
class Heard:
    """One server-sent event; `position` is where a later connection goes on."""

    position: str
    data: str


@events.command()
def tail(
    kind: Annotated[str, typer.Option("--type", help="A pattern of event types, such as sales.lead.*")] = "*",
    *,
    whole: Annotated[bool, typer.Option("--json", help="Show whole events, one per line.")] = False,
) -> None:
    """Follow the live events until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        finish(_tail(kind, whole=whole))


async def _tail(kind: str, *, whole: bool) -> None:
    async for heard in _everything():
        event = json.loads(heard.data)
        if fnmatchcase(event.get("type", ""), kind):
            line = heard.data if whole else f"{event['time']}  {event['type']:<40} {event['subject']}"
            typer.echo(line)


async def _everything() -> AsyncIterator[Heard]:
    """Goes on where it was after a connection or a sign-in has ended; raises Trouble if the first one fails."""
    position = ""
    while True:
        async with signed_in() as api:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async for heard in _stream(api, position):
                    position = heard.position or position
                    yield heard
        await asyncio.sleep(_PAUSE)


async def _stream(api: Api, position: str) -> AsyncIterator[Heard]:
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": position} if position else {})}
    async with api.session.get("/api/v1/events/stream", headers=headers, timeout=_ENDLESS) as response:
        await refuse(response)
        async for heard in parse(response.content):
            yield heard


async def parse(lines: AsyncIterable[bytes]) -> AsyncIterator[Heard]:
    """Events of a `text/event-stream` (WHATWG HTML, 9.2.6), as far as their id and data."""
    position, data = "", list[str]()
    async for line in lines:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        match field:
            case "id":
                position = value
            case "data":
                data.append(value)
            case "" if not value and data:
                yield Heard(position, "\n".join(data))
                data = []
