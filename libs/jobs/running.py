"""Runs jobs: any copy takes some, holds them by prolonging its lease, and loses them when it falls silent."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from libs.domain.refusals import Refusal, Unavailable
from libs.jobs import measures
from libs.jobs.jobs import JOBS, JobKind, JobState
from libs.jobs.leased import Hold, Leased
from libs.jobs.progress import HoldLost, JobCanceled, Progress
from libs.jobs.settings import JobSettings
from libs.jobs.workers import Workers
from libs.store.clock import utc_now
from libs.store.store import Document, Store
from libs.telemetry import tracing
from libs.telemetry.logs import bind_correlation, logger

_log = logger()


class Running:
    """Jobs of kinds that this service does not know are left alone: a newer release may have begun them."""

    def __init__(self, store: Store, kinds: Sequence[JobKind[Any]], settings: JobSettings) -> None:
        self._store = store
        self._kinds = {kind.name: kind for kind in kinds}
        self._known = {"kind": {"$in": list(self._kinds)}}
        self._settings = settings
        self._jobs = Leased(store, JOBS)
        self._workers = Workers(
            "jobs",
            self._take,
            self._handle,
            most=settings.jobs_at_once,
            poll_every=settings.poll_every,
            look_every=settings.look_every,
            free_in=lambda: self._jobs.free_in(self._known),
        )

    def start(self) -> None:
        if self._kinds:
            self._store.on_private[JOBS] = self._workers.hear
            self._workers.start()

    async def stop(self) -> None:
        """Interrupts what runs; it is resumed from its last step, here after a restart or by another copy."""
        await self._workers.stop()

    async def _take(self, most: int) -> list[Hold]:
        return await self._jobs.take(self._known, seconds=self._settings.job_lease, most=most)

    async def _handle(self, hold: Hold) -> None:
        document = hold.document
        with bind_correlation(document["correlation_id"]), tracing.attach(document["traceparent"]):
            if document.get("cancel_requested"):
                await self._end(hold, JobState.CANCELED)
            elif hold.attempts > self._settings.job_attempts:
                await self._fail(hold, "gave_up", f"begun {hold.attempts - 1} times without any progress")
            else:
                await self._run(hold)

    async def _run(self, hold: Hold) -> None:
        _log.info("job_begun", job_id=hold.id, kind=hold.document["kind"], attempts=hold.attempts)
        try:
            result = await self._outcome(hold)
        except asyncio.CancelledError:
            await self._jobs.hand_on(hold)
            raise
        except HoldLost:
            _log.warning("job_lost", job_id=hold.id)
        except JobCanceled:
            await self._end(hold, JobState.CANCELED)
        except Unavailable as error:
            pause = self._settings.pause(hold.tries)
            _log.warning("job_interrupted", job_id=hold.id, again_in=pause, error=error)
            await self._jobs.put_off(hold, after=pause)
        except Refusal as refusal:
            await self._fail(hold, refusal.code, refusal.detail)
        except Exception as error:  # noqa: BLE001 - whatever a job raises, other jobs go on
            _log.error("job_failed", job_id=hold.id, error=error)
            await self._fail(hold, "internal_error", "the job met an error that is in the log of the service")
        else:
            await self._end(hold, JobState.SUCCEEDED, result=result)

    async def _outcome(self, hold: Hold) -> Document | None:
        """The job's result; raises what it raises, `JobCanceled` or `HoldLost`."""
        kind, started_at = self._kinds[hold.document["kind"]], hold.document.get("started_at") or utc_now()
        if not await self._jobs.change(hold, {"state": JobState.RUNNING, "started_at": started_at}):
            raise HoldLost
        running = kind.run(Progress(self._store, hold, kind.via), kind.input_of(hold.document))
        work = asyncio.ensure_future(running)
        beat = asyncio.create_task(self._beat(hold), name=f"beat {hold.id}")
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = work.done()
            work.cancel()
            beat.cancel()
            await asyncio.wait({work, beat})
        if not ended:
            await beat
        return _plain(await work)

    async def _beat(self, hold: Hold) -> None:
        """Prolongs the lease until that is lost or the job canceled, and raises so."""
        kept_at = time.monotonic()
        while True:
            await asyncio.sleep(self._settings.beat_every)
            with suppress(Unavailable):
                document = await self._jobs.keep(hold, seconds=self._settings.job_lease)
                kept_at = time.monotonic()
                if document is None:
                    raise HoldLost
                if document.get("cancel_requested"):
                    raise JobCanceled
            if time.monotonic() - kept_at > self._settings.job_lease:
                raise HoldLost

    async def _fail(self, hold: Hold, code: str, detail: str) -> None:
        await self._end(hold, JobState.FAILED, error={"code": code, "detail": detail})

    async def _end(self, hold: Hold, state: JobState, **fields: object) -> None:
        told = {name: value for name, value in fields.items() if value is not None}
        if await self._jobs.settle(hold, {"state": state, "finished_at": utc_now(), **told}):
            measures.ended(hold.document["kind"], state).inc()
            _log.info("job_ended", job_id=hold.id, state=state)


def _plain(result: BaseModel | Document | None) -> Document | None:
    return result.model_dump(mode="json") if isinstance(result, BaseModel) else result
