"""Takes e-mails from the queue to the mail server: any copy of the service some, each again until it is decided."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from aiolimiter import AsyncLimiter

from libs.domain.refusals import Unavailable
from libs.jobs.leased import Hold, Leased
from libs.jobs.workers import Workers
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.files import Files
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.telemetry.logs import bind_correlation, logger
from libs.web.mailing import MailServer
from services.activity.activities.model.email import Email
from services.activity.email_contents.store import FILES, body_of
from services.activity.email_sending import commands, measures, store
from services.activity.email_sending.composing import Letter, Sending, compose
from services.activity.email_sending.model import Patience, Progress, Reply
from services.activity.email_sending.smtp import post
from services.activity.email_sending.store import QUEUE
from services.activity.email_sending.tokens import plus_address

_log = logger()
_LARGE: Final = 1024 * 1024
"""Bytes of attachments from which on one e-mail at a time is held in memory."""
_UNDECIDED: Final = Reply(451, "the mail server did not decide in time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Bounds, and durations in seconds. The defaults suit production; tests shorten them.

    `per_minute` is how many e-mails this copy of the service begins to send.
    """

    per_minute: int = 600
    at_once: int = 8
    poll_every: float = 0.5
    lease: float = 120.0
    """How long a copy that has died keeps its e-mails from others."""
    drain_timeout: float = 8.0
    patience: Patience = field(default_factory=Patience)


class Postman:
    """The sending of this copy of the service."""

    def __init__(self, store: Store, server: MailServer, sending: Sending, *, pace: Pace) -> None:
        self._store = store
        self._server = server
        self._sending = sending
        self._pace = pace
        self._queue = Leased(store, QUEUE)
        self._files = Files(store, FILES.bucket)
        self._limit = AsyncLimiter(self._pace.per_minute, 60)
        self._one_large = asyncio.Semaphore(1)
        self._workers = Workers(
            "emails", self._take, self._handle, most=self._pace.at_once, poll_every=self._pace.poll_every
        )

    def start(self) -> None:
        self._workers.start()

    async def stop(self) -> None:
        await self._workers.stop(within=self._pace.drain_timeout)

    async def _take(self, most: int) -> list[Hold]:
        allowed = next((count for count in range(most, 0, -1) if self._limit.has_capacity(count)), 0)
        if not allowed:
            return []
        holds = await self._queue.take({}, seconds=self._pace.lease, most=allowed)
        if holds:
            await self._limit.acquire(len(holds))
        return holds

    async def _handle(self, hold: Hold) -> None:
        with bind_correlation(hold.document["correlation_id"]):
            try:
                async with asyncio.timeout(self._pace.lease * 0.9):
                    await self._send(hold)
            except asyncio.CancelledError:
                await self._queue.hand_on(hold)
                raise
            except Exception as error:  # noqa: BLE001 - whatever one e-mail raises, it is tried again and others go on
                _log.warning("email_not_sent", email_id=hold.id, attempts=hold.attempts, error=error)
                await self._settle(hold, {})

    async def _send(self, hold: Hold) -> None:
        email = await self._store.run(partial(commands.look_up_queued, email_id=hold.id), Context())
        if email is None:  # canceled or removed meanwhile
            await self._done(hold, Progress(()))
            return
        size = sum(each.size for each in email.attachments)
        if size < _LARGE:
            replies = await self._post(hold, email)
        else:
            async with self._one_large:
                replies = await self._post(hold, email)
        await self._settle(hold, replies)

    async def _post(self, hold: Hold, email: Email) -> dict[str, Reply]:
        """What the mail server said; nothing where it did not decide."""
        body = await body_of(self._store, email)
        files = [(file, await self._files.read(file.id)) for file in email.attachments]
        inbox = self._sending.inbox
        back = None if inbox is None else plus_address(inbox, hold.document["token_of_mail"])
        queued_at: datetime = hold.document["queued_at"]
        letter = await asyncio.to_thread(compose, email, body, files, self._sending, back=back, at=queued_at)
        waiting = store.progress_of(hold.document).waiting
        try:
            return await post(self._server, Letter(letter.raw, letter.sender, waiting))
        except Unavailable as unavailable:
            _log.info("email_undecided", email_id=hold.id, attempts=hold.attempts, cause=unavailable.detail)
            return {}

    async def _settle(self, hold: Hold, replies: dict[str, Reply]) -> None:
        """Notes what was said, and lets the rest be asked for again, unless it has waited for too long."""
        before, now, patience = store.progress_of(hold.document), utc_now(), self._pace.patience
        hopeless = now - hold.document["due_at"] >= patience.give_up_after
        said = {**dict.fromkeys(before.waiting, _UNDECIDED), **replies} if hopeless else replies
        progress = before.after(said, at=now, hopeless=hopeless)
        measures.attempted(replies.values())
        if progress.is_over:
            await self._done(hold, progress)
            return
        await self._queue.change(hold, store.fields_of(progress))
        pause: timedelta = patience.pause(hold.attempts, chance=random.random())  # noqa: S311  # jitter
        await self._queue.give_back(hold, after=pause.total_seconds())

    async def _done(self, hold: Hold, progress: Progress) -> None:
        """The e-mail leaves the queue in the commit that says so in its record."""

        async def note(work: UnitOfWork) -> None:
            if work.attempt > 1 and not await self._queue.is_held(hold):
                return  # sent anew meanwhile, or this copy was too slow and another has noted it
            work.consume(QUEUE, hold.fence)
            if progress.settled:
                await commands.note_deliveries(work, hold.id, progress.settled)

        await self._store.run(note, Context(correlation_id=hold.document["correlation_id"]))
