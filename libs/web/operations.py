"""What a service tells its operator of itself, in one answer. What cannot be told now is missing, with a note why."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias

from aiohttp import web
from pydantic import Field

from libs.bus.bus import Bus
from libs.bus.parking import COLLECTION as PARKED
from libs.contracts.values import Value
from libs.domain.refusals import Refusal
from libs.jobs import aside, jobs
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.errors import answering
from libs.store.store import Store
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import BUS, STORE
from libs.web.health import checked

PATH: Final = "/internal/operations"
"""The path at each service. The gateway does not pass it on: it asks all services and answers for them."""

SECONDS: Final = 2.0
"""That one part may take."""

MOST_JOBS: Final = 20

Part: TypeAlias = Callable[[], Awaitable[Any]]


class QueueView(Value):
    """`messages` are ready; None where the queue is not there."""

    name: str
    messages: int | None
    consumers: int | None


class OutboxView(Value):
    """Documents with events that wait to go out; for how many seconds the oldest does."""

    waiting: int
    oldest_seconds: float | None


class LeaseView(Value):
    """`holder` is the copy that has the duty until `expires_at`, None where nobody has; `token` counts its holders."""

    name: str
    holder: str | None
    token: int
    expires_at: datetime


class JobView(Value):
    id: str
    kind: str
    state: str
    done: int
    total: int | None
    created_at: datetime


class ProjectionView(Value):
    """Events that wait for it, and for how many seconds it is behind; the last ones, as the copy that answers knows."""

    projection: str
    pending: int | None
    seconds: float | None
    last_event_at: datetime | None


class Health(Value):
    """As `/readyz` tells it."""

    ready: bool
    checks: dict[str, str]


class ServiceState(Value):
    """A part that is null could not be told; `notes` says why, by the part's name. `jobs` are those under way."""

    service: str
    epoch: int
    health: Health | None = None
    queues: list[QueueView] | None = None
    outbox: OutboxView | None = None
    parked: int | None = None
    timers_aside: int | None = None
    leases: list[LeaseView] | None = None
    jobs: list[JobView] | None = None
    projections: list[ProjectionView] | None = None
    notes: Annotated[dict[str, str], Field(default_factory=dict)]


Lag: TypeAlias = Callable[[], ProjectionView]
LAGS: Final = web.AppKey("lags", list[Lag])
"""How far behind those are that follow events otherwise than by a projection."""


async def state_of(app: web.Application) -> ServiceState:
    store, bus = app[STORE], app[BUS]
    parts: dict[str, Part] = {
        "health": lambda: _health(app),
        "queues": lambda: _queues(bus),
        "outbox": lambda: _outbox(store),
        "parked": lambda: _parked(store),
        "timers_aside": lambda: aside.count(store),
        "leases": lambda: _leases(store),
        "jobs": lambda: _jobs(store),
        "projections": lambda: _projections(app),
    }
    outcomes = await asyncio.gather(*map(_told, parts.values()))
    told = dict(zip(parts, outcomes, strict=True))
    notes = {name: note for name, (_, note) in told.items() if note is not None}
    known = {name: value for name, (value, _) in told.items()}
    return ServiceState(service=store.service, epoch=store.epoch, notes=notes, **known)


async def _told(part: Part) -> tuple[Any, str | None]:
    try:
        async with asyncio.timeout(SECONDS):
            return await part(), None
    except Refusal as refusal:
        return None, refusal.detail
    except TimeoutError:
        return None, f"no answer in {SECONDS:g} s"


async def _health(app: web.Application) -> Health:
    ready, checks = await checked(app)
    return Health(ready=ready, checks=checks)


async def _queues(bus: Bus) -> list[QueueView]:
    return [
        QueueView(name=name, messages=state.messages, consumers=state.consumers)
        if state
        else QueueView(name=name, messages=None, consumers=None)
        for name, state in (await bus.states()).items()
    ]


async def _outbox(store: Store) -> OutboxView:
    depth = await store.outbox.depth()
    return OutboxView(waiting=depth["waiting"], oldest_seconds=_since(depth["oldest"]))


@answering()
async def _parked(store: Store) -> int:
    return await store.collection(PARKED).estimated_document_count()


async def _leases(store: Store) -> list[LeaseView]:
    now = utc_now()
    return [
        LeaseView(
            name=lease["_id"],
            holder=lease["holder"] if lease["expires_at"] > now else None,
            token=lease["token"],
            expires_at=lease["expires_at"],
        )
        for lease in await store.leases.held()
    ]


async def _jobs(store: Store) -> list[JobView]:
    under_way = await jobs.under_way(store, most=MOST_JOBS)
    return [JobView.model_validate(job.model_dump(include=set(JobView.model_fields))) for job in under_way]


async def _projections(app: web.Application) -> list[ProjectionView]:
    progress = app[BUS].progress
    pending = await app[BUS].pending(progress)
    own = [_projection(name, pending[name], last) for name, last in progress.items()]
    return [*own, *(lag() for lag in app[LAGS])]


def _projection(name: str, pending: int | None, last: datetime | None) -> ProjectionView:
    seconds = 0.0 if pending == 0 else _since(last)
    return ProjectionView(projection=name, pending=pending, seconds=seconds, last_event_at=last)


def _since(moment: datetime | None) -> float | None:
    return None if moment is None else round(max(timedelta(0), utc_now() - moment).total_seconds(), 3)


async def read_operations(request: web.Request) -> web.Response:
    return json_response(to_json((await state_of(request.app)).model_dump()))


def operations_routes() -> list[Route]:
    rule = Rule("operations", Operation.READ)
    return [Route("GET", PATH, read_operations, rule, "What an operator looks at first", answer=ServiceState)]
