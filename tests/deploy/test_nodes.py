from __future__ import annotations

from typing import Any

import aio_pika
from pymongo import MongoClient

from tests.support.waiting import PATIENCE


async def test_the_database_takes_transactions(mongo_url: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongo_url) as client, client.start_session() as session:
        with session.start_transaction():
            client[database_name].leads.insert_one({"_id": 1}, session=session)
        assert client[database_name].leads.count_documents({}) == 1


async def test_the_broker_takes_messages(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await channel.default_exchange.publish(aio_pika.Message(b"hello"), queue.name)
        message = await queue.get(timeout=PATIENCE)
        assert message is not None
        assert message.body == b"hello"
