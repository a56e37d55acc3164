"""What becomes of a message that could not be handled: a retry tier, then the parking."""

import asyncio
from typing import Final

from libs.bus.broker import Broker, NotPublished
from libs.bus.measures import parked, retried
from libs.bus.message import Delivery, Message
from libs.bus.parking import Parking, Reason
from libs.bus.pauses import pauses
from libs.bus.settings import BusSettings
from libs.bus.topology import queue_name, tier_name
from libs.contracts.envelope import MalformedEvent, UnknownVersion
from libs.telemetry.logs import logger

LONGEST_PAUSE: Final = 5.0

_log = logger()


class Recovery:
    """Settles what failed. The message is acknowledged only when it is safe elsewhere."""

    def __init__(self, service: str, broker: Broker, parking: Parking, settings: BusSettings) -> None:
        self._service = service
        self._broker = broker
        self._parking = parking
        self._first_pause = settings.first_pause
        self._tiers = [tier_name(service, seconds) for seconds in settings.tiers]

    async def retry(self, consumer: str, delivery: Delivery, error: Exception) -> None:
        """After a failure that may pass."""
        passed = delivery.message.attempts
        if passed >= len(self._tiers):
            await self.park(consumer, delivery, Reason.EXHAUSTED, error)
            return
        tier = self._tiers[passed]
        _log.warning("event_retried", consumer=consumer, event_id=delivery.message.id, tier=tier, error=error)
        retried(consumer).inc()
        await self._send(consumer, delivery, delivery.message.with_attempts(passed + 1), tier)

    async def park(self, consumer: str, delivery: Delivery, reason: Reason, error: Exception | None = None) -> None:
        """After a failure that trying again cannot mend."""
        message = delivery.message
        _log.error("event_parked", consumer=consumer, event_id=message.id, reason=reason, error=error)
        try:
            await self._parking.park(consumer, message, reason, error)
        except Exception as parking_error:  # noqa: BLE001 - whatever ails the database, the message must not be lost
            _log.warning("parking_failed", consumer=consumer, event_id=message.id, error=parking_error)
            await self._send(consumer, delivery, message, self._tiers[-1])
            return
        parked(consumer, reason).inc()
        await delivery.ack()

    async def _send(self, consumer: str, delivery: Delivery, message: Message, tier: str) -> None:
        """Into a tier, which returns it to its queue; holds the message until the broker has confirmed that."""
        waits = pauses(self._first_pause, LONGEST_PAUSE)
        while not delivery.lost:
            try:
                await self._broker.publish(message, exchange=tier, key=queue_name(self._service, consumer))
            except NotPublished:
                await asyncio.sleep(next(waits))
            else:
                await delivery.ack()
                return


def why_undecodable(error: ValueError) -> Reason:
    """The reason to park what could not be read; a validation error is a ValueError too."""
    if isinstance(error, UnknownVersion):
        return Reason.UNKNOWN_VERSION
    return Reason.MALFORMED if isinstance(error, MalformedEvent) else Reason.INVALID
