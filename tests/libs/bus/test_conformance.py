"""What every broker must do; RabbitMQ and the in-memory double alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from libs.bus.broker import Broker, NotConfirmed, QueueState, Subscription, Unroutable
from libs.bus.message import GIVEN_UP_BY, Message
from libs.bus.settings import BusSettings
from libs.bus.topology import (
    DEFAULT_EXCHANGE,
    Binding,
    Queue,
    broadcast_queue,
    consumer_queue,
    dead_queue_name,
    queue_name,
    tier_name,
)
from libs.store.ids import new_id
from tests.libs.bus.conditions import eventually
from tests.libs.bus.inlets import Received

QUALIFIED = "sales.lead.qualified"


class Subscriber:
    """Subscribes to queues of this test, and ends that with it."""

    def __init__(self, broker: Broker, service: str, settings: BusSettings) -> None:
        self._broker = broker
        self._service = service
        self._settings = settings
        self._open = AsyncExitStack()

    def queue(self, name: str, *keys: str) -> Queue:
        return consumer_queue(self._service, name, keys, self._settings)

    async def to(self, queue: Queue, *, prefetch: int = 100, at_leisure: bool = False) -> tuple[Received, Subscription]:
        inlet = Received()
        subscription = self._broker.subscribe(queue, inlet, prefetch=prefetch, at_leisure=at_leisure)
        self._open.push_async_callback(subscription.close)
        await eventually(lambda: subscription.active)
        return inlet, subscription

    async def close(self) -> None:
        await self._open.aclose()


@pytest.fixture
async def subscriber(broker: Broker, service: str, settings: BusSettings) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(broker, service, settings)
    yield subscriber
    await subscriber.close()


@pytest.fixture
def publish(broker: Broker, settings: BusSettings) -> Callable[..., asyncio.Future[None]]:
    def publish(type_: str = QUALIFIED, *, id: str | None = None, body: bytes = b"{}") -> asyncio.Future[None]:
        return broker.send(Message(id or new_id(), type_, body), exchange=settings.exchange, key=type_)

    return publish


Publish = Callable[..., "asyncio.Future[None]"]


async def test_an_event_reaches_each_queue_bound_to_its_type_and_no_other(
    subscriber: Subscriber, publish: Publish
) -> None:
    exact, _ = await subscriber.to(subscriber.queue("conversion", QUALIFIED))
    pattern, _ = await subscriber.to(subscriber.queue("copies", "sales.lead.*"))
    other, _ = await subscriber.to(subscriber.queue("second", "sales.contact.*"))
    await publish(id="one", body=b'{"a": 1}')
    await publish("sales.contact.created", id="two")
    await eventually(lambda: exact.ids == pattern.ids == ["one"] and other.ids == ["two"])
    message = exact.deliveries[0].message
    assert (message.type, message.body, exact.deliveries[0].redelivered) == (QUALIFIED, b'{"a": 1}', False)


async def test_what_is_received_at_leisure_comes_in_order_and_whole(subscriber: Subscriber, publish: Publish) -> None:
    received, _ = await subscriber.to(subscriber.queue("copies", QUALIFIED), at_leisure=True)
    sent = [str(number) for number in range(30)]
    for id in sent:
        await publish(id=id, body=id.encode())
    await eventually(lambda: received.ids == sent)
    assert [each.message.body for each in received.deliveries] == [id.encode() for id in sent]


async def test_an_event_that_no_queue_is_bound_to_waits_as_unrouted(
    broker: Broker, publish: Publish, settings: BusSettings
) -> None:
    await publish()

    async def waits() -> bool:
        return (await broker.states([settings.unrouted]))[settings.unrouted] == QueueState(messages=1, consumers=0)

    await eventually(waits)


async def test_publishing_to_a_queue_that_does_not_exist_is_refused(broker: Broker, service: str) -> None:
    with pytest.raises(Unroutable):
        await broker.publish(Message("one", QUALIFIED, b"{}"), exchange=DEFAULT_EXCHANGE, key=f"{service}.nobody")


async def test_publishing_to_an_exchange_that_does_not_exist_is_not_confirmed(
    broker: Broker, service: str, subscriber: Subscriber, publish: Publish
) -> None:
    received, _ = await subscriber.to(subscriber.queue("conversion", QUALIFIED))
    with pytest.raises(NotConfirmed):
        await broker.publish(Message("one", QUALIFIED, b"{}"), exchange=f"{service}.nowhere", key=QUALIFIED)
    await eventually(lambda: broker.connected)
    await publish(id="two")
    await eventually(lambda: received.ids == ["two"])


async def test_one_message_flying_to_two_places_is_answered_for_each(
    broker: Broker, service: str, subscriber: Subscriber
) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    received, _ = await subscriber.to(queue)
    message = Message("one", QUALIFIED, b"{}")
    missing = broker.send(message, exchange=DEFAULT_EXCHANGE, key=f"{service}.nobody")
    present = broker.send(message, exchange=DEFAULT_EXCHANGE, key=queue.name)
    answers = await asyncio.gather(missing, present, return_exceptions=True)
    assert isinstance(answers[0], Unroutable)
    assert answers[1] is None
    await eventually(lambda: received.ids == ["one"])


async def test_many_publications_are_confirmed_at_once(
    broker: Broker, subscriber: Subscriber, publish: Publish
) -> None:
    received, _ = await subscriber.to(subscriber.queue("conversion", QUALIFIED), prefetch=500)
    await asyncio.gather(*(publish(id=str(number)) for number in range(300)))
    await eventually(lambda: sorted(received.ids, key=int) == [str(number) for number in range(300)])


async def test_what_was_not_acknowledged_is_delivered_again(subscriber: Subscriber, publish: Publish) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    first, subscription = await subscriber.to(queue)
    await asyncio.gather(publish(id="one"), publish(id="two"))
    await eventually(lambda: len(first.ids) == 2)
    done, left = first.deliveries
    await done.ack()
    await subscription.close()
    assert left.lost
    second, _ = await subscriber.to(queue)
    await eventually(lambda: second.ids == [left.message.id])
    assert second.deliveries[0].redelivered


async def test_an_ack_through_covers_all_before_it(broker: Broker, subscriber: Subscriber, publish: Publish) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    first, subscription = await subscriber.to(queue)
    for number in range(4):
        await publish(id=str(number))
    await eventually(lambda: len(first.ids) == 4)
    await first.deliveries[2].ack(through=True)
    await subscription.close()
    second, _ = await subscriber.to(queue)
    await eventually(lambda: second.ids == ["3"])


async def test_prefetch_bounds_what_is_in_hand(subscriber: Subscriber, publish: Publish) -> None:
    received, _ = await subscriber.to(subscriber.queue("conversion", QUALIFIED), prefetch=2)
    await asyncio.gather(*(publish(id=str(number)) for number in range(5)))
    await eventually(lambda: len(received.ids) == 2)
    await received.deliveries[0].ack()
    await eventually(lambda: len(received.ids) == 3)


async def test_two_subscriptions_to_one_queue_share_its_messages(subscriber: Subscriber, publish: Publish) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    (one, _), (other, _) = await subscriber.to(queue, prefetch=1), await subscriber.to(queue, prefetch=1)
    await asyncio.gather(publish(), publish())
    await eventually(lambda: len(one.ids) == len(other.ids) == 1)
    assert one.ids != other.ids


async def test_a_message_requeued_beyond_the_limit_goes_to_the_dead_letters(
    broker: Broker, service: str, subscriber: Subscriber, settings: BusSettings
) -> None:
    received, _ = await subscriber.to(subscriber.queue("conversion", QUALIFIED))
    dead, _ = await subscriber.to(Queue(name=dead_queue_name(service)))
    through_a_tier = tier_name(service, settings.tiers[0])
    await broker.publish(Message("one", QUALIFIED, b"{}"), exchange=through_a_tier, key=f"{service}.conversion")
    for _ in range(settings.delivery_limit + 1):
        await received.one_more()
        await received.deliveries[-1].requeue()
    await eventually(lambda: dead.ids == ["one"])
    assert dead.deliveries[0].message.headers[GIVEN_UP_BY] == queue_name(service, "conversion")
    assert len(received.ids) == settings.delivery_limit + 1


async def test_a_retry_tier_returns_a_message_to_its_queue(
    broker: Broker, service: str, subscriber: Subscriber, settings: BusSettings
) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    received, _ = await subscriber.to(queue)
    other, _ = await subscriber.to(subscriber.queue("second", QUALIFIED))
    retried = Message("one", QUALIFIED, b"{}", {"origin": "test"}).with_attempts(2)
    started = asyncio.get_running_loop().time()
    await broker.publish(retried, exchange=tier_name(service, settings.tiers[0]), key=queue.name)
    await eventually(lambda: received.ids == ["one"])
    assert asyncio.get_running_loop().time() - started >= settings.tiers[0]
    back = received.deliveries[0]
    assert (back.message.type, back.message.attempts, back.message.headers["origin"]) == (QUALIFIED, 2, "test")
    assert not back.redelivered
    assert not other.ids


async def test_every_copy_hears_a_broadcast(
    service: str, subscriber: Subscriber, publish: Publish, settings: BusSettings
) -> None:
    queue = broadcast_queue(service, "revoked", [QUALIFIED], settings)
    (one, first), (other, _) = await subscriber.to(queue), await subscriber.to(queue)
    await publish(id="one")
    await eventually(lambda: one.ids == other.ids == ["one"])
    await first.close()
    await publish(id="two")
    await eventually(lambda: other.ids == ["one", "two"])
    assert one.ids == ["one"]


async def test_a_cancelled_subscription_receives_nothing_more_but_may_acknowledge(
    broker: Broker, service: str, subscriber: Subscriber, publish: Publish
) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    received, subscription = await subscriber.to(queue)
    await publish(id="one")
    await eventually(lambda: received.ids == ["one"])
    await subscription.cancel()
    await publish(id="two")
    await received.deliveries[0].ack()
    await subscription.close()
    successor, _ = await subscriber.to(queue)
    await eventually(lambda: successor.ids == ["two"])
    assert received.ids == ["one"]


async def test_states_tell_what_waits_and_who_takes_it(
    broker: Broker, service: str, subscriber: Subscriber, publish: Publish
) -> None:
    queue = subscriber.queue("conversion", QUALIFIED)
    _, subscription = await subscriber.to(queue)
    await subscription.close()
    await asyncio.gather(publish(), publish())

    async def waits() -> bool:
        states = await broker.states([f"{service}.nobody", queue.name])
        return states == {queue.name: QueueState(messages=2, consumers=0), f"{service}.nobody": None}

    await eventually(waits)
    await subscriber.to(queue)

    async def is_taken() -> bool:
        return (await broker.states([queue.name]))[queue.name] == QueueState(messages=0, consumers=1)

    await eventually(is_taken)


async def test_a_queue_may_be_bound_to_several_patterns_and_gets_one_copy(
    subscriber: Subscriber, publish: Publish, settings: BusSettings
) -> None:
    queue = subscriber.queue("conversion", QUALIFIED, "sales.#", "*.lead.*")
    assert queue.bindings[1] == Binding(settings.exchange, "sales.#")
    received, _ = await subscriber.to(queue)
    await publish(id="one")
    await publish("sales.invoice.line.added", id="two")
    await eventually(lambda: received.ids == ["one", "two"])
