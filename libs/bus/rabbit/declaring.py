"""Exchanges and queues as RabbitMQ wants them told."""

import secrets
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractQueue

from libs.bus.measures import waiting
from libs.bus.topology import Exchange, Queue, Topology


async def declare(channel: AbstractChannel, topology: Topology) -> None:
    """Makes what is missing; what exists stays as it is. Tells what waits in each queue."""
    for exchange in topology.exchanges:
        await declare_exchange(channel, exchange)
    for queue in topology.queues:
        declared = await declare_queue(channel, queue)
        waiting(queue.name).set(declared.declaration_result.message_count or 0)
        await bind(declared, queue)
    if topology.mark is not None:
        await declare_exchange(channel, topology.mark)


async def declare_exchange(channel: AbstractChannel, exchange: Exchange) -> None:
    arguments: dict[str, Any] | None = {"alternate-exchange": exchange.alternate} if exchange.alternate else None
    goes = exchange.goes_with is not None
    declared = await channel.declare_exchange(
        exchange.name, exchange.kind, durable=True, auto_delete=goes, arguments=arguments
    )
    if exchange.goes_with is not None:  # bound as a source, it has lost its last binding when the other is deleted
        await (await channel.get_exchange(exchange.goes_with, ensure=False)).bind(declared)


async def declare_queue(channel: AbstractChannel, queue: Queue) -> AbstractQueue:
    """An exclusive queue gets a name that no earlier connection can still hold."""
    if queue.exclusive:
        name = f"{queue.name}.{secrets.token_hex(6)}"
        return await channel.declare_queue(name, exclusive=True, auto_delete=True)
    return await channel.declare_queue(queue.name, durable=True, arguments=arguments_of(queue))


async def bind(declared: AbstractQueue, queue: Queue) -> None:
    for binding in queue.bindings:
        await declared.bind(binding.exchange, binding.key)


def arguments_of(queue: Queue) -> dict[str, Any]:
    """Quorum; what it hands on, it hands on at least once, which RabbitMQ does only with `reject-publish`."""
    arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": queue.delivery_limit}
    if queue.delay_ms is not None:
        arguments["x-message-ttl"] = queue.delay_ms
    if queue.dead_letters_to is not None:
        arguments["x-dead-letter-routing-key"] = queue.dead_letters_to
    if queue.delay_ms is not None or queue.dead_letters_to is not None:
        arguments |= {
            "x-dead-letter-exchange": queue.leaves_by,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
    return arguments
