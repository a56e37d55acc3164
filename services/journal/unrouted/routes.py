"""Events that no queue wanted, over HTTP, for administrators: look at them, announce them once more, or discard them.

The journal wants every event, so what is here missed it, and with it everybody.
"""

from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from libs.bus.unrouted import MOST, Settled, UnroutedEvent
from libs.contracts.values import Value
from libs.domain.grants import Operation
from libs.store.documents import to_json
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import BUS
from libs.web.requests import read_body
from services.journal.events.model import number_in

BASE: Final = "/api/v1/unrouted"
USUAL: Final = 50


class Chosen(Value):
    """Which of the oldest events are meant: those of these ids, or all where there are none."""

    ids: Annotated[tuple[str, ...] | None, Field(max_length=MOST)] = None


class Page(Value):
    """The oldest events; `count` is how many there are in all."""

    value: list[UnroutedEvent]
    count: int


async def list_unrouted(request: web.Request) -> web.Response:
    unrouted = request.app[BUS].unrouted
    top = number_in(request.query.get("top", str(USUAL)), "top", least=1, most=MOST)
    count = await unrouted.count()
    found = await unrouted.page(top)
    return json_response(to_json(Page(value=found, count=max(count, len(found))).model_dump()))


async def replay(request: web.Request) -> web.Response:
    chosen = await read_body(request, Chosen)
    return _told(await request.app[BUS].unrouted.replay(chosen.ids))


async def discard(request: web.Request) -> web.Response:
    chosen = await read_body(request, Chosen)
    return _told(await request.app[BUS].unrouted.discard(chosen.ids))


def _told(settled: Settled) -> web.Response:
    return json_response(to_json(settled.model_dump()))


_READ: Final = Rule("unrouted", Operation.READ)
_WRITE: Final = Rule("unrouted", Operation.WRITE)
_OPTIONS: Final = {"top": f"how many of the oldest, 1 to {MOST}; {USUAL} unless given"}

ROUTES: Final = (
    Route("GET", BASE, list_unrouted, _READ, "Events that no queue wanted", answer=Page, options=_OPTIONS),
    Route("POST", f"{BASE}/replay", replay, _WRITE, "Announce the oldest of them once more", Chosen, Settled),
    Route("POST", f"{BASE}/discard", discard, _WRITE, "Give the oldest of them up for good", Chosen, Settled),
)
