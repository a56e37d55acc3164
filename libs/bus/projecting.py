"""Projections: events in batches, for rows that keep only what is newer."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import TypeAlias

from libs.bus.buffer import Buffer
from libs.bus.definitions import Projection
from libs.bus.handling import Handling
from libs.bus.measures import behind, handled, handling_seconds
from libs.bus.message import Delivery
from libs.bus.pacing import Pacing
from libs.bus.recovery import why_undecodable
from libs.bus.runner import Equipment, Runner
from libs.bus.topology import consumer_queue
from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store.clock import utc_now
from libs.telemetry.logs import logger

Decoded: TypeAlias = tuple[Delivery, Envelope]

_log = logger()


class _Projecting:
    """A batch is handled as one; if that fails, its events are handled each alone, so that only the poison suffers."""

    def __init__(self, projection: Projection, equipment: Equipment) -> None:
        self._projection = projection
        self._equipment = equipment
        self._handling = Handling(projection.name, equipment)

    async def work(self, buffer: Buffer) -> None:
        pacing = Pacing(self._projection.pause)
        while True:
            taken = await buffer.take_batch(self._projection.batch, pause=pacing.pause)
            pacing.begins(len(taken))
            try:
                await self._settle([delivery for delivery in taken if not delivery.lost])
            except Exception as error:  # noqa: BLE001 - a fault of the bus: the queue counts it
                _log.error("batch_not_settled", consumer=self._projection.name, error=error)
                for delivery in taken:
                    await delivery.requeue()
            finally:
                buffer.done(len(taken))

    async def _settle(self, deliveries: list[Delivery]) -> None:
        """Redelivered messages are suspects and go first; all before a batch is settled, so one ack covers it."""
        decoded = [(each, envelope) for each in deliveries if (envelope := await self._decoded(each)) is not None]
        if suspects := [each for each in decoded if each[0].redelivered]:
            await self._settle_suspects(suspects)
        if batch := [each for each in decoded if not each[0].redelivered]:
            await self._settle_batch(batch)

    async def _settle_suspects(self, suspects: list[Decoded]) -> None:
        """Mostly it was a connection that was cut. What had no outcome twice, or fails in company, goes alone."""
        messages = [delivery.message for delivery, _ in suspects]
        async with self._equipment.suspects.together(self._projection.name, messages) as first:
            company = [each for each in suspects if each[0].message.id in first]
            succeeded = bool(company) and await self._succeeds(company)
        for delivery, envelope in suspects:
            if succeeded and delivery.message.id in first:
                await delivery.ack()
            else:
                await self._settle_one(delivery, envelope)

    async def _decoded(self, delivery: Delivery) -> Envelope | None:
        """The envelope; None if it is parked."""
        try:
            return Envelope.from_json(delivery.message.body)
        except ValueError as error:
            await self._equipment.recovery.park(self._projection.name, delivery, why_undecodable(error), error)
            return None

    async def _settle_batch(self, batch: list[Decoded]) -> None:
        if await self._succeeds(batch):
            await _ack_all(batch)
            return
        for delivery, envelope in batch:
            await self._settle_one(delivery, envelope)

    async def _succeeds(self, batch: list[Decoded]) -> bool:
        started = perf_counter()
        try:
            async with asyncio.timeout(self._equipment.settings.handling_timeout):
                await self._handle([envelope for _, envelope in batch])
        except Exception as error:  # noqa: BLE001 - which of them it was comes out one by one
            _log.warning("batch_failed", consumer=self._projection.name, events=len(batch), error=error)
            return False
        for _, envelope in batch:
            handled(self._projection.name, envelope.type).inc()
        handling_seconds(self._projection.name).observe(perf_counter() - started)
        self._note_progress(max(envelope.time for _, envelope in batch))
        return True

    def _note_progress(self, newest: datetime) -> None:
        name, progress = self._projection.name, self._equipment.progress
        progress[name] = max(newest, progress.get(name, newest))
        behind(name).set(max(0.0, (utc_now() - newest).total_seconds()))

    async def _settle_one(self, delivery: Delivery, envelope: Envelope) -> None:
        await self._handling.settle(delivery, envelope, partial(self._handle, [envelope]))

    async def _handle(self, envelopes: Sequence[Envelope]) -> None:
        store, forget = self._equipment.store, self._projection.forget
        if told := [each for each in envelopes if not each.restores]:
            await self._projection.handle(store, await self._equipment.screen(told))
        for each in envelopes:
            if forget is not None and each.restores:
                await forget(store, RestoredService.of(each))


async def _ack_all(batch: list[Decoded]) -> None:
    """One ack for all, where they came by one connection."""
    deliveries = [delivery for delivery, _ in batch if not delivery.lost]
    if deliveries:
        await deliveries[-1].ack(through=True)


def projection_runner(projection: Projection, equipment: Equipment) -> Runner:
    settings = equipment.settings
    return Runner(
        equipment.broker,
        consumer_queue(equipment.store.service, projection.name, projection.keys, settings),
        _Projecting(projection, equipment).work,
        prefetch=2 * projection.batch,
        drain_timeout=settings.drain_timeout,
        at_leisure=True,
    )
