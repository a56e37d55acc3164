"""The search over everything that the caller may see, in one box."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from libs.contracts.values import Value
from libs.domain.grants import Operation, hidden_fields
from libs.store.documents import to_json
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import BUS, STORE
from libs.web.health import CHECKS
from libs.web.operations import LAGS, ProjectionView
from libs.web.requests import grants_of
from services.journal.events.model import PROJECTION as JOURNAL_QUEUE
from services.journal.search.following import Lag, Searching
from services.journal.search.hits import Hit, hit_of
from services.journal.search.sight import sights_of
from services.journal.search.store import ask_for_rebuild
from services.journal.search.wanted import OPTIONS, Wanted

READ: Final = Rule("search", Operation.READ)
WRITE: Final = Rule("search", Operation.WRITE)


class Group(Value):
    """How many records of a collection were found."""

    collection: str
    count: int


class Answer(Value):
    """The best records, and how many were found of each collection: only such as the caller may see."""

    value: list[Hit]
    groups: list[Group]
    count: Annotated[int, Field(serialization_alias="@odata.count")]
    lag: Lag


class State(Value):
    """How far the search of the copy that answers is. `rebuilds` counts those that were asked for and are done.

    `pending` counts the events that it has not taken in, those that wait for the journal included; it is null while
    the broker does not say.
    """

    records: int
    pending: int | None
    seconds: float
    last_event_at: datetime | None
    built_at: datetime | None
    rebuilds: int


class Rebuild(Value):
    """Done by a copy of the service once its `rebuilds` are as many."""

    rebuilds: int


def routes(searching: Searching) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            "/api/v1/search",
            partial(search, searching),
            READ,
            "Search everything, with words misspelled or not finished",
            answer=Answer,
            options=OPTIONS,
        ),
        Route("GET", "/api/v1/search/state", partial(read_state, searching), WRITE, "How far it is", answer=State),
        Route("POST", "/api/v1/search/rebuild", rebuild, WRITE, "Build it anew", answer=Rebuild, status=202),
    )


def following(searching: Searching) -> Callable[[web.Application], AsyncIterator[None]]:
    """Keeps the search level with the journal while the service runs; before it is built, the copy is not ready."""

    async def follow(app: web.Application) -> AsyncIterator[None]:
        async def built() -> None:
            searching.index  # noqa: B018 - it raises

        def lag() -> ProjectionView:
            behind, last = searching.lag, searching.last_event_at
            return ProjectionView(
                projection="search", pending=behind.pending, seconds=behind.seconds, last_event_at=last
            )

        app[CHECKS]["search"] = built
        app[LAGS].append(lag)
        task = asyncio.create_task(searching.run(app[STORE]), name="follow the journal for the search")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return follow


async def search(searching: Searching, request: web.Request) -> web.Response:
    """Raises `InvalidFields`, or `Unavailable` while the search is being built."""
    wanted, grants = Wanted.parse(request.query), grants_of(request)
    result = await searching.find(wanted.terms, sights_of(grants, wanted.collections), top=wanted.top)
    answer = Answer(
        value=[hit_of(found, wanted.terms, hidden_fields(grants, found.collection)) for found in result.best],
        groups=[Group(collection=name, count=count) for name, count in result.counts.items()],
        count=sum(result.counts.values()),
        lag=searching.lag,
    )
    return json_response(to_json(answer.model_dump(by_alias=True)))


async def read_state(searching: Searching, request: web.Request) -> web.Response:
    """Raises `Unavailable` while the search is being built."""
    lag = searching.lag
    waiting = (await request.app[BUS].pending([JOURNAL_QUEUE]))[JOURNAL_QUEUE]
    state = State(
        records=await asyncio.to_thread(searching.index.count),
        pending=None if waiting is None else waiting + lag.pending,
        seconds=lag.seconds,
        last_event_at=searching.last_event_at,
        built_at=searching.built_at,
        rebuilds=searching.rebuilds,
    )
    return json_response(to_json(state.model_dump()))


async def rebuild(request: web.Request) -> web.Response:
    """Every copy builds its index anew within seconds; the old one answers until the new one is complete."""
    asked = Rebuild(rebuilds=await ask_for_rebuild(request.app[STORE]))
    return json_response(to_json(asked.model_dump()), status=202)
