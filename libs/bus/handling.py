"""One message and one handler: tried a few times, and alone if it is suspected of killing the process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import TypeAlias

from libs.bus.measures import handled, handling_seconds
from libs.bus.message import Delivery
from libs.bus.parking import Reason
from libs.bus.pauses import pauses
from libs.bus.recovery import why_undecodable
from libs.bus.runner import Equipment
from libs.contracts.envelope import Envelope
from libs.contracts.publishers import require_as_published
from libs.telemetry import tracing
from libs.telemetry.logs import bind_correlation

Handle: TypeAlias = Callable[[], Awaitable[None]]


class Handling:
    """What both kinds of consumer do with one message."""

    def __init__(self, name: str, equipment: Equipment) -> None:
        self._name = name
        self._equipment = equipment

    async def settle(self, delivery: Delivery, envelope: Envelope, handle: Handle) -> None:
        """Ends with the message acknowledged, in a retry tier or parked."""
        try:
            if delivery.redelivered:
                await self._alone(delivery, envelope, handle)
                return
            await self._tried(envelope, handle)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, others go on
            await self._failed(delivery, envelope, error)
        else:
            await delivery.ack()

    async def _alone(self, delivery: Delivery, envelope: Envelope, handle: Handle) -> None:
        async with self._equipment.suspects.alone(self._name, delivery.message) as may_try:
            if not may_try:
                await self._equipment.recovery.park(self._name, delivery, Reason.KILLED_THE_PROCESS)
                return
            try:
                await self._tried(envelope, handle)
            except Exception as error:  # noqa: BLE001 - a failure is an outcome too, which the mark waits for
                await self._failed(delivery, envelope, error)
            else:
                await delivery.ack()

    async def _failed(self, delivery: Delivery, envelope: Envelope, error: Exception) -> None:
        """An event that is not what its publisher promises fails for good; any other may pass, once a bug is mended."""
        recovery = self._equipment.recovery
        try:
            require_as_published(envelope)
        except ValueError as breach:
            await recovery.park(self._name, delivery, why_undecodable(breach), breach)
        else:
            await recovery.retry(self._name, delivery, error)

    async def _tried(self, envelope: Envelope, handle: Handle) -> None:
        settings = self._equipment.settings
        waits = pauses(settings.first_pause, settings.handling_timeout)
        for _ in range(settings.tries - 1):
            try:
                await self._once(envelope, handle)
            except Exception:  # noqa: BLE001 - the last try tells
                await asyncio.sleep(next(waits))
            else:
                return
        await self._once(envelope, handle)

    async def _once(self, envelope: Envelope, handle: Handle) -> None:
        started = perf_counter()
        with self._traced(envelope), bind_correlation(envelope.correlationid, envelope.id):
            async with asyncio.timeout(self._equipment.settings.handling_timeout):
                await handle()
        handled(self._name, envelope.type).inc()
        handling_seconds(self._name).observe(perf_counter() - started)

    def _traced(self, envelope: Envelope) -> AbstractContextManager[None]:
        """A span under that of the producer, where there was one."""
        if envelope.traceparent is None:
            return nullcontext()
        return self._span(envelope)

    @contextmanager
    def _span(self, envelope: Envelope) -> Iterator[None]:
        with tracing.attach(envelope.traceparent), tracing.span(f"{self._name} {envelope.type}"):
            yield
