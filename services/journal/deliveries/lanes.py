"""Delivers: takes the lanes that have something to do, one webhook each, and sends what is due on them.

A webhook has a lane of its own, so that a receiver that is slow or away holds up nobody else.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from libs.domain.grants import Grants, Operation, may
from libs.domain.lifecycle import Lifecycle
from libs.jobs.leased import Hold, Leased
from libs.jobs.workers import Workers
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from libs.telemetry.logs import logger
from services.journal.deliveries import measures, store
from services.journal.deliveries.choosing import chosen, topics_of
from services.journal.deliveries.model import Attempt, DeliveryState, Health, Patience
from services.journal.deliveries.sender import Sender
from services.journal.deliveries.store import LANES, Lane, Replay
from services.journal.events import store as events
from services.journal.events.model import Wanted
from services.journal.events.store import Kept
from services.journal.events.tail import Tail
from services.journal.events.viewing import visible
from services.journal.webhooks import commands
from services.journal.webhooks import store as webhooks
from services.journal.webhooks.model import Ended, Webhook

_log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Bounds, and durations in seconds. The defaults suit production; tests shorten them."""

    poll_every: float = 0.25
    """Between two looks for what to do, as long as events come."""
    look_every: float = 1.0
    """While none come: something may be due again, or be asked for."""
    lanes_at_once: int = 64
    deliveries_at_once: int = 8
    """To one webhook."""
    events_at_once: int = 100
    longest_hold: float = 20.0
    """After this a lane goes to the back, so that every webhook has its turn."""
    lease: float = 60.0
    """How long a copy that has died keeps its lanes from others."""
    drain_timeout: float = 8.0
    patience: Patience = field(default_factory=Patience)


class HoldLost(Exception):
    """Another copy may have the lane by now."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is due; without its event where the webhook's owner may not see that any more."""

    row: Document
    event: Kept | None


class Lanes:
    """The deliveries of this copy of the service; `grants` tells what a webhook's owner may do now."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        grants: Callable[[str], Awaitable[Grants]],
        tail: Tail,
        *,
        pace: Pace | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._sender = sender
        self._grants = grants
        self._tail = tail
        self._pace = pace or Pace()
        self._now = now
        self._lanes = Leased(store, LANES)
        self._workers = Workers(
            "webhooks", self._take, self._handle, most=self._pace.lanes_at_once, poll_every=self._pace.look_every
        )
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._workers.start()
        self._listening = asyncio.create_task(self._listen(), name="listening for webhooks")

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        await self._workers.stop(within=self._pace.drain_timeout)

    async def _listen(self) -> None:
        """Looks for something to do as soon as the journal grows."""
        known = self._tail.head
        while not self._tail.closed:
            if await self._tail.beyond(known, within=self._pace.look_every):
                known = self._tail.head
                self._workers.look()
                await asyncio.sleep(self._pace.poll_every)

    async def _take(self, most: int) -> list[Hold]:
        head, now = self._tail.head, self._now()
        busy = {"$or": [{"position": {"$lt": head}}, {"due_at": {"$lte": now}}, {"replay": {"$exists": True}}]}
        return await self._lanes.take(busy, seconds=self._pace.lease, most=most)

    async def _handle(self, hold: Hold) -> None:
        mark = self._now() + timedelta(seconds=self._pace.lease)
        try:
            resting = await self._work_off(hold, mark)
            if resting is not None:
                await store.wake_at(self._store, hold.fence, mark, await store.next_due(self._store, hold.id))
                await self._lanes.give_back(hold, after=resting)
        except HoldLost:
            _log.warning("webhook_lane_lost", webhook_id=hold.id)
        except asyncio.CancelledError:
            await self._lanes.give_back(hold)
            raise

    async def _work_off(self, hold: Hold, mark: datetime) -> float | None:
        """Goes round after round until nothing is left, the receiver is to rest, or the hold has been long enough.

        Returns for how many seconds the receiver is to be left alone; None where the webhook is not active any more.
        """
        until, patience = time.monotonic() + self._pace.longest_hold, self._pace.patience
        await self._change(hold, {"due_at": mark})
        while True:
            document = await self._lanes.keep(hold, seconds=self._pace.lease)
            if document is None:
                raise HoldLost
            webhook = await webhooks.find(self._store, hold.id)
            if webhook is None or webhook.state != Lifecycle.ACTIVE:
                why = "removed_at" if webhook is None else "ended_at"
                await self._lanes.settle(hold, {why: self._now()})
                return None
            grants = await self._grants(webhook.owner_id or "")
            if not may(grants, webhook.collection, Operation.READ):
                await self._disable(webhook, Ended.OWNER_NOT_ALLOWED, None)
                continue
            lane = Lane.of(document, self._now())
            most = 1 if patience.troubled(lane.health) else self._pace.deliveries_at_once
            rows = await store.due(self._store, webhook.id, self._now(), most=most)
            entered = len(rows) < most and await self._enter_next(hold, webhook, lane, grants)
            health = await self._round(hold, webhook, lane, await self._ready(rows, grants)) if rows else Health()
            resting = patience.rest(health, chance=random.random()).total_seconds()  # noqa: S311  # jitter
            if resting or not (rows or entered) or time.monotonic() >= until:
                return resting

    async def _round(self, hold: Hold, webhook: Webhook, lane: Lane, ready: list[Ready]) -> Health:
        """Sends these, and returns how the receiver does now."""
        attempts = await asyncio.gather(*(self._send(webhook, lane, each) for each in ready))
        health = lane.health.after(attempts)
        if health != lane.health:
            await self._change(hold, {"failures": health.failures, "failing_since": health.failing_since})
        if any(attempt.gone for attempt in attempts):
            await self._disable(webhook, Ended.GONE, attempts[-1].trouble)
        elif self._pace.patience.hopeless(health, self._now()):
            await self._disable(webhook, Ended.FAILING, attempts[-1].trouble)
        return health

    async def _enter_next(self, hold: Hold, webhook: Webhook, lane: Lane, grants: Grants) -> bool:
        """Enters into the log what comes next, new events before those to be repeated; False where that was all."""
        head = await events.head(self._store)
        if lane.position < head:
            end = await self._enter(webhook, grants, Replay(lane.position, head), again=False)
            await self._change(hold, {"position": end})
        elif lane.replay is not None:
            end = await self._enter(webhook, grants, lane.replay, again=True)
            await store.advance_replay(self._store, hold.fence, lane.replay, end)
        else:
            return False
        return True

    async def _enter(self, webhook: Webhook, grants: Grants, part: Replay, *, again: bool) -> int:
        """Returns the position where the next part of the journal begins."""
        wanted, top = Wanted(topics_of(webhook)), self._pace.events_at_once
        stretch = await events.read_stretch(self._store, after=part.after, head=part.upto, top=top, wanted=wanted)
        now = self._now()
        shown = await visible(self._store, stretch.events, grants)
        goes = chosen(shown, webhook, now=now, since=part.since)
        await store.enter(self._store, webhook.id, goes, now, again=again)
        return stretch.end

    async def _change(self, hold: Hold, fields: Document) -> None:
        if not await self._lanes.change(hold, fields):
            raise HoldLost

    async def _ready(self, rows: list[Document], grants: Grants) -> list[Ready]:
        """Each of these deliveries with its event, as the owner may see it now."""
        kept = await events.read_some(self._store, [row["position"] for row in rows])
        shown = {event.position: event for event in await visible(self._store, list(kept.values()), grants)}
        return [Ready(row, shown.get(row["position"])) for row in rows]

    async def _send(self, webhook: Webhook, lane: Lane, ready: Ready) -> Attempt:
        row, event = ready.row, ready.event
        if event is None:
            attempt = Attempt(at=self._now(), duration_ms=0, error="the owner of the webhook may not see the record")
            await store.note(self._store, row, attempt, state=DeliveryState.FAILED, due_at=None)
            return attempt
        attempt = await self._sender.send(
            webhook.url, event.positioned, event_id=row["event_id"], secrets=lane.secrets, at=self._now()
        )
        chance = random.random()  # noqa: S311  # jitter
        state, due_at = self._pace.patience.outcome(
            attempt, tries=row["tries"] + 1, begun_at=row["begun_at"], chance=chance
        )
        await store.note(self._store, row, attempt, state=state, due_at=due_at)
        measures.attempted(state)
        return attempt

    async def _disable(self, webhook: Webhook, reason: Ended, error: str | None) -> None:
        """Switches the webhook off; the next look at it ends the work on its lane."""

        async def disable(work: UnitOfWork) -> None:
            await commands.disable_webhook(work, webhook.id, reason, error=error)

        await self._store.run(disable, Context())
        measures.disabled(reason)
        _log.error("webhook_disabled", webhook_id=webhook.id, reason=reason, error=error)
