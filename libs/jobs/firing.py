"""Fires timers that are due: any copy takes some, and each has its effect once."""

import asyncio
from collections.abc import Sequence

from libs.domain.refusals import Unavailable
from libs.jobs import measures
from libs.jobs.aside import Reason
from libs.jobs.leased import Hold, Leased
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS, Timer, TimerKind
from libs.jobs.workers import Workers
from libs.store.clock import utc_now
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.telemetry import tracing
from libs.telemetry.logs import bind_correlation, logger
from libs.telemetry.redaction import summary_of

_log = logger()


class Firing:
    """Timers of kinds that this service does not know are left alone: a newer release may have set them."""

    def __init__(self, store: Store, kinds: Sequence[TimerKind], settings: JobSettings) -> None:
        self._store = store
        self._kinds = {kind.name: kind for kind in kinds}
        self._known = {"kind": {"$in": list(self._kinds)}}
        self._settings = settings
        self._timers = Leased(store, TIMERS)
        self._workers = Workers(
            "timers",
            self._take,
            self._handle,
            most=settings.timers_at_once,
            poll_every=settings.poll_every,
            look_every=settings.look_every,
            free_in=lambda: self._timers.free_in(self._known),
        )

    def start(self) -> None:
        if self._kinds:
            self._store.on_private[TIMERS] = self._workers.hear
            self._workers.start()

    async def stop(self) -> None:
        await self._workers.stop(within=self._settings.drain_timeout)

    async def _take(self, most: int) -> list[Hold]:
        return await self._timers.take(self._known, seconds=self._settings.timer_lease, most=most)

    async def _handle(self, hold: Hold) -> None:
        timer = Timer.of(hold.document)
        with bind_correlation(timer.correlation_id):
            if hold.attempts > self._settings.timer_attempts:  # every attempt before killed its process
                await self._leave_aside(hold, timer, None)
                return
            try:
                await self._fire(hold, timer)
            except asyncio.CancelledError:
                await self._timers.hand_on(hold)
                raise
            except Exception as error:  # noqa: BLE001 - whatever an effect raises, other timers go on
                if hold.attempts < self._settings.timer_attempts or isinstance(error, Unavailable):
                    await self._later(hold, timer, error)
                else:
                    await self._leave_aside(hold, timer, error)

    async def _fire(self, hold: Hold, timer: Timer) -> None:
        kind = self._kinds[timer.kind]

        async def effect(work: UnitOfWork) -> bool:
            if work.attempt > 1 and not await self._timers.is_held(hold):
                return False  # moved or canceled meanwhile, or this copy was too slow and another has fired it
            work.consume(TIMERS, hold.fence)  # before the effect, which may schedule the same timer anew
            await kind.fire(work, timer)
            return True

        with tracing.attach(timer.traceparent), tracing.span(f"timer {timer.kind}"):
            async with asyncio.timeout(self._settings.timer_lease):
                done = await self._store.run(effect, timer.context)
        if done:
            measures.fired(timer.kind).inc()
            measures.lateness(timer.kind).observe((utc_now() - timer.due_at).total_seconds())

    async def _later(self, hold: Hold, timer: Timer, error: Exception) -> None:
        measures.failed(timer.kind).inc()
        pause = self._settings.pause(hold.tries)
        _log.warning(
            "timer_failed", kind=timer.kind, key=timer.key, attempts=hold.attempts, again_in=pause, error=error
        )
        later = self._timers.put_off if isinstance(error, Unavailable) else self._timers.give_back
        await later(hold, after=pause)

    async def _leave_aside(self, hold: Hold, timer: Timer, error: Exception | None) -> None:
        measures.left_aside(timer.kind).inc()
        _log.error("timer_left_aside", kind=timer.kind, key=timer.key, attempts=hold.attempts, error=error)
        reason, told = (Reason.KILLED_THE_PROCESS, None) if error is None else (Reason.EXHAUSTED, summary_of(error))
        await self._timers.settle(hold, {"left_aside_at": utc_now(), "reason": reason, "error": told})
