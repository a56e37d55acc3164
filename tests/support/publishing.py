"""Publishing an event as another service would."""

import aio_pika

from libs.bus.settings import BusSettings
from libs.contracts.envelope import CONTENT_TYPE, Envelope


async def publish(amqp_url: str, event: Envelope) -> None:
    """Puts the event on the exchange of all events, and waits until the broker has it."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(BusSettings().exchange)
        message = aio_pika.Message(event.to_json(), content_type=CONTENT_TYPE, message_id=event.id)
        await exchange.publish(message, routing_key=event.type)
