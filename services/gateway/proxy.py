"""Passing one request to a service and its answer back, streamed where it is large or endless."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientResponse,
    ServerDisconnectedError,
    hdrs,
    web,
)
from multidict import CIMultiDict
from prometheus_client import Counter

from libs.domain.refusals import Unavailable
from libs.telemetry.logs import logger
from libs.telemetry.metrics import counter
from services.gateway.bodies import BodyLimits, StreamedBody, body_of
from services.gateway.headers import for_caller
from services.gateway.odata.keys import plain
from services.gateway.streams import EventStreams
from services.gateway.upstreams import Upstream

BODILESS = frozenset({204, 304})
EVENT_STREAM = "text/event-stream"
IDEMPOTENCY_KEY = "Idempotency-Key"

_log = logger()


class NoAnswer(Unavailable):
    """The service could not be reached or broke off; a write that was sent may have happened."""

    code = "no_answer"


class AnswerTooLate(NoAnswer):
    """The service did not answer in time."""

    code = "answer_too_late"


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """How long an answer may take, in seconds, and how slowly it may be read, in bytes a second.

    `answer` runs from the last piece of the body, `silence` from the last piece of an answer that streams.
    """

    answer: float = 30.0
    silence: float = 60.0
    slowest_reader: int = 4 * 1024
    in_one_piece: int = 64 * 1024
    body: BodyLimits = field(default_factory=BodyLimits)


class Proxy:
    """Forwards requests; holds nothing between them but the open event streams."""

    __slots__ = ("_limits", "_streams")

    def __init__(self, limits: ProxyLimits, streams: EventStreams) -> None:
        self._limits = limits
        self._streams = streams

    async def forward(
        self, request: web.BaseRequest, upstream: Upstream, headers: CIMultiDict[str]
    ) -> web.StreamResponse:
        """Answer as the service does to the same request with these headers.

        Raises NoAnswer, AnswerTooLate, CircuitOpen, TooLarge or BodyTooSlow.
        """
        body = await body_of(request, self._limits.body)
        if isinstance(body, StreamedBody) and (length := request.headers.get(hdrs.CONTENT_LENGTH)) is not None:
            headers[hdrs.CONTENT_LENGTH] = length
        answer, whole = await self._ask(request, upstream, headers, body)
        passed = for_caller(answer.headers)
        if whole is not None:
            return web.Response(status=answer.status, reason=answer.reason, body=whole, headers=passed)
        response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=passed)
        try:
            await self._stream(request, answer, response)
        except (TimeoutError, ClientError) as error:
            _log.warning("answer_cut_off", service=upstream.service.value, path=request.path, cause=repr(error))
            _cut(request)
        finally:
            answer.close()
        return response

    async def _ask(
        self,
        request: web.BaseRequest,
        upstream: Upstream,
        headers: CIMultiDict[str],
        body: bytes | StreamedBody | None,
    ) -> tuple[ClientResponse, bytes | None]:
        """The answer, and its body if that is small; the breaker learns from how it goes."""
        time = asyncio.get_running_loop().time
        breaker = upstream.breaker
        breaker.admit(time())
        try:
            async with asyncio.timeout(self._limits.answer) as deadline:
                if isinstance(body, StreamedBody):
                    body.passing = lambda: deadline.reschedule(time() + self._limits.answer)
                answer = await _send(request, upstream, headers, body)
                whole = await answer.read() if self._is_small(answer) else None
        except (TimeoutError, ClientError) as error:
            if isinstance(body, StreamedBody) and body.refused is not None:
                breaker.abandoned()
                raise body.refused from error
            breaker.failed(time())
            raise _unanswered(upstream, error) from error
        except BaseException:
            breaker.abandoned()
            raise
        breaker.succeeded()
        return answer, whole

    def _is_small(self, answer: ClientResponse) -> bool:
        if answer.status in BODILESS:
            return True
        length = answer.content_length
        return length is not None and length <= self._limits.in_one_piece

    async def _stream(self, request: web.BaseRequest, answer: ClientResponse, response: web.StreamResponse) -> None:
        await response.prepare(request)
        if answer.content_type == EVENT_STREAM:
            await self._stream_events(answer, response)
        else:
            await self._stream_body(answer, response)
        await response.write_eof()

    async def _stream_body(self, answer: ClientResponse, response: web.StreamResponse) -> None:
        limits = self._limits
        latest = asyncio.get_running_loop().time() + limits.silence
        sent = 0
        async with asyncio.timeout_at(latest) as deadline:
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
                sent += len(chunk)
                deadline.reschedule(latest + sent / limits.slowest_reader)

    async def _stream_events(self, answer: ClientResponse, response: web.StreamResponse) -> None:
        """Each piece goes out as it comes; a stream without even a heartbeat is ended; clients return."""
        streams, silence = self._streams, self._limits.silence
        try:
            async with asyncio.timeout(silence) as deadline:
                with streams.opened(deadline):
                    async for chunk in answer.content.iter_any():
                        await response.write(chunk)
                        streams.extend(deadline, silence)
        except TimeoutError:
            _log.info("event_stream_ended")


async def _send(
    request: web.BaseRequest,
    upstream: Upstream,
    headers: CIMultiDict[str],
    body: bytes | StreamedBody | None,
) -> ClientResponse:
    url = upstream.url(plain(request.rel_url.raw_path_qs))
    send = upstream.session.request
    try:
        return await send(request.method, url, headers=headers, data=body, allow_redirects=False)
    except (ClientOSError, ServerDisconnectedError) as error:
        if isinstance(body, StreamedBody) or not (
            isinstance(error, ClientConnectorError) or IDEMPOTENCY_KEY in request.headers
        ):
            raise
    return await send(request.method, url, headers=headers, data=body, allow_redirects=False)


def _unanswered(upstream: Upstream, error: Exception) -> NoAnswer:
    late = isinstance(error, TimeoutError)
    _log.warning("service_did_not_answer", service=upstream.service.value, cause=repr(error))
    unanswered().labels(upstream.service.value, "late" if late else "broken").inc()
    if late:
        return AnswerTooLate(f"the {upstream.service} service did not answer in time")
    return NoAnswer(f"the {upstream.service} service does not answer")


def unanswered() -> Counter:
    """What operators see of services that do not answer."""
    return counter("gateway_unanswered", "Requests that a service did not answer.", ("service", "cause"))


def _cut(request: web.BaseRequest) -> None:
    """End the connection, so that an answer cut short is not taken for a whole one."""
    if request.transport is not None:
        request.transport.abort()
