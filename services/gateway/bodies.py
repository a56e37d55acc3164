"""The caller's body on its way to a service: bounded in size and in time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import StreamReader, web

from libs.domain.refusals import Malformed, Refusal, TooLarge


class BodyTooSlow(Refusal):
    """The body came slower than a live connection would send it."""

    status, code = 408, "body_too_slow"

    def __init__(self) -> None:
        super().__init__("the request body did not arrive in time")


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes and seconds. A body has `grace` seconds, and one more for each `slowest` bytes that came."""

    largest: int = 32 * 1024 * 1024
    in_one_piece: int = 64 * 1024
    grace: float = 15.0
    slowest: int = 16 * 1024


class StreamedBody:
    """A body passed on as it comes. `refused` says afterwards why it was cut off, if it was."""

    __slots__ = ("_content", "_limits", "_received", "_waited", "passing", "refused")

    def __init__(self, content: StreamReader, limits: BodyLimits) -> None:
        self._content = content
        self._limits = limits
        self._received = 0
        self._waited = 0.0
        self.passing: Callable[[], None] = _nothing
        self.refused: Refusal | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Calls `passing` with each piece; the time that the service takes for one is not the caller's."""
        try:
            while piece := await self._next():
                self.passing()
                yield piece
        except TimeoutError as late:
            raise self._refuse(BodyTooSlow()) from late
        except (web.RequestPayloadError, OSError) as error:
            raise self._refuse(_broken()) from error

    async def _next(self) -> bytes:
        limits = self._limits
        time = asyncio.get_running_loop().time
        began = time()
        async with asyncio.timeout(limits.grace + self._received / limits.slowest - self._waited):
            piece = await self._content.readany()
        self._waited += time() - began
        self._received += len(piece)
        if self._received > limits.largest:
            raise self._refuse(_too_large(limits))
        return piece

    def _refuse(self, refusal: Refusal) -> Refusal:
        self.refused = refusal
        return refusal


async def body_of(request: web.BaseRequest, limits: BodyLimits) -> bytes | StreamedBody | None:
    """What to send on: nothing, a small body whole, or a stream. Raises TooLarge, BodyTooSlow."""
    if not request.body_exists:
        return None
    declared = request.content_length
    if declared is None or declared > limits.in_one_piece:
        if declared is not None and declared > limits.largest:
            raise _too_large(limits)
        return StreamedBody(request.content, limits)
    content = request.content
    if content.is_eof():
        return content.read_nowait()
    try:
        async with asyncio.timeout(limits.grace):
            return await content.read()
    except TimeoutError as late:
        raise BodyTooSlow from late
    except web.RequestPayloadError as error:
        raise _broken() from error


def _nothing() -> None:
    """Nobody wants to hear of the pieces."""


def _broken() -> Malformed:
    return Malformed("the request body broke off or is not framed as HTTP says")


def _too_large(limits: BodyLimits) -> TooLarge:
    return TooLarge(f"a request body may have {limits.largest} bytes", limit=limits.largest)
