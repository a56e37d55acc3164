"""Parks what the broker itself gave up: messages requeued beyond their queue's delivery limit."""

from libs.bus.message import GIVEN_UP_BY, Delivery
from libs.bus.parking import Reason
from libs.bus.runner import Equipment, Runner, one_by_one
from libs.bus.topology import Queue, dead_queue_name


def dead_letter_runner(equipment: Equipment) -> Runner:
    service = equipment.store.service

    async def settle(delivery: Delivery) -> None:
        queue = str(delivery.message.headers.get(GIVEN_UP_BY, ""))
        consumer = queue.removeprefix(f"{service}.") or "unknown"
        await equipment.recovery.park(consumer, delivery, Reason.DEAD_LETTERED)

    return Runner(
        equipment.broker,
        Queue(name=dead_queue_name(service)),
        one_by_one(dead_queue_name(service), settle),
        prefetch=equipment.settings.prefetch,
        drain_timeout=equipment.settings.drain_timeout,
    )
