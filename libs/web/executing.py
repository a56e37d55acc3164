"""The edge: runs a command in a unit of work, commits it, and answers; once for each Idempotency-Key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import ClassVar, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel

from libs.bus.bus import Bus
from libs.domain.refusals import Refusal
from libs.store.errors import AlreadyAnswered
from libs.store.requests import Answer, RequestKey
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.answers import respond
from libs.web.requests import body_of, context_of, if_match, parse, request_key

STORE: Final = web.AppKey("store", Store)
BUS: Final = web.AppKey("bus", Bus)
IN_PROGRESS: Final = web.AppKey("requests_in_progress", dict[str, asyncio.Event])
_PATIENCE: Final = 5.0

M = TypeVar("M", bound=BaseModel)

Command = Callable[[UnitOfWork], Awaitable[Answer]]


class RequestInProgress(Refusal):
    """The first request with this Idempotency-Key is not done yet."""

    code: ClassVar[str] = "request_in_progress"


async def execute(
    request: web.Request, command: Command, *, body: bytes = b"", creates: str | None = None
) -> web.Response:
    """Runs and commits the command. `creates` is the collection where a create keeps the remembered answer."""
    store = request.app[STORE]
    key = request_key(request, body)
    if key is None:
        return respond(await store.run(command, context_of(request), if_match=if_match(request)))
    async with _alone(request.app, key):
        answer = await _once(request, store, command, key, creates)
    return respond(answer)


async def execute_asked(
    request: web.Request, model: type[M], command: Callable[[UnitOfWork, M], Awaitable[Answer]]
) -> web.Response:
    """As `execute`, for a command that takes the body of the request as a model."""
    body = await body_of(request)
    asked = parse(body, model)
    return await execute(request, lambda work: command(work, asked), body=body)


async def _once(request: web.Request, store: Store, command: Command, key: RequestKey, creates: str | None) -> Answer:
    """The answer to the first request with this key, given now or then."""

    async def remembering(work: UnitOfWork) -> Answer:
        # A create finds out by its own insert; anything else must not decide on what the first request left.
        if (work.attempt > 1 or creates is None) and (known := await store.requests.answer(key, creates)):
            work.discard()
            return known
        answer = await command(work)
        work.remember(key.remembering(answer, work.now), within=creates)
        return answer

    try:
        return await store.run(remembering, context_of(request), if_match=if_match(request))
    except AlreadyAnswered:
        known = await store.requests.answer(key, creates)
        return known or await _once(request, store, command, key, creates)
    except Refusal:
        if known := await store.requests.answer(key, creates):
            return known
        raise


@asynccontextmanager
async def _alone(app: web.Application, key: RequestKey) -> AsyncIterator[None]:
    """Waits while this copy of the service answers the same request; other copies are told apart by the commit."""
    running = app[IN_PROGRESS]
    while (other := running.get(key.key)) is not None:
        try:
            await asyncio.wait_for(other.wait(), _PATIENCE)
        except TimeoutError:
            raise RequestInProgress("the first request with this Idempotency-Key is still running") from None
    running[key.key] = done = asyncio.Event()
    try:
        yield
    finally:
        del running[key.key]
        done.set()
