"""A broker in memory, for tests and for trying a service without RabbitMQ. Nothing survives the process.

A queue or exchange that nobody declared does not exist; setting `connected` to False is a broker that is away.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from libs.bus.broker import Flow, Inlet, NotConfirmed, NotPublished, QueueState, Unroutable, Visit
from libs.bus.message import GIVEN_UP_BY, Delivery, Message
from libs.bus.topology import DEFAULT_EXCHANGE, Exchange, Queue, Topology


@dataclass(slots=True, eq=False)
class _Held:
    """A message in a queue. `key` is where it goes when its delay is over."""

    message: Message
    key: str
    deliveries: int = 0


class MemoryDelivery:
    __slots__ = ("_held", "_subscription", "message", "redelivered")

    def __init__(self, subscription: "MemorySubscription", held: _Held) -> None:
        self._subscription = subscription
        self._held = held
        self.message = held.message
        self.redelivered = held.deliveries > 1

    @property
    def lost(self) -> bool:
        return self._held not in self._subscription.in_hand

    async def ack(self, *, through: bool = False) -> None:
        self._subscription.settle(self._held, through=through)

    async def requeue(self) -> None:
        self._subscription.give_back([self._held])


class MemorySubscription:
    """One consumer; holds at most `prefetch` messages that are not acknowledged."""

    def __init__(self, queue: "_MemoryQueue", inlet: Inlet, prefetch: int) -> None:
        self._queue = queue
        self._inlet = inlet
        self._prefetch = prefetch
        self.in_hand: list[_Held] = []
        self.active = True

    @property
    def has_room(self) -> bool:
        return self.active and len(self.in_hand) < self._prefetch

    def take(self, held: _Held) -> None:
        held.deliveries += 1
        self.in_hand.append(held)
        self._inlet.receive(MemoryDelivery(self, held))

    def settle(self, held: _Held, *, through: bool) -> None:
        if held in self.in_hand:
            position = self.in_hand.index(held)
            del self.in_hand[0 if through else position : position + 1]
            self._queue.flow()

    def give_back(self, helds: list[_Held]) -> None:
        mine = [held for held in helds if held in self.in_hand]
        self.in_hand = [held for held in self.in_hand if held not in mine]
        self._queue.requeue(mine)

    async def cancel(self) -> None:
        self.active = False

    async def close(self) -> None:
        self.active = False
        self._queue.leave(self)
        self.give_back(self.in_hand)


class _Visitor:
    """A subscription's inlet for a single visit: it holds what it is handed."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def connected(self) -> None:
        """Nothing to load."""

    def receive(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)


class _MemoryQueue:
    """Hands ready messages to its subscriptions in turn, as long as one has room."""

    def __init__(self, broker: "MemoryBroker", declared: Queue) -> None:
        self._broker = broker
        self._ready: deque[_Held] = deque()
        self._subscriptions: deque[MemorySubscription] = deque()
        self._declared = declared

    @property
    def state(self) -> QueueState:
        return QueueState(len(self._ready), sum(each.active for each in self._subscriptions))

    def put(self, held: _Held) -> None:
        if self._declared.delay_ms is not None:
            self._broker.deliver_later(self._declared.delay_ms / 1000, held)
            return
        self._ready.append(held)
        self.flow()

    def flow(self) -> None:
        while self._ready and any(each.has_room for each in self._subscriptions):
            self._subscriptions.rotate(-1)
            if self._subscriptions[0].has_room:
                self._subscriptions[0].take(self._ready.popleft())

    def requeue(self, helds: list[_Held]) -> None:
        for held in reversed(helds):
            if held.deliveries > self._declared.delivery_limit and self._declared.dead_letters_to is not None:
                headers = {**held.message.headers, GIVEN_UP_BY: self._declared.name}
                self._broker.deliver(replace(held.message, headers=headers), self._declared.dead_letters_to)
            else:
                self._ready.appendleft(held)
        self.flow()

    def join(self, subscription: MemorySubscription) -> None:
        self._subscriptions.append(subscription)
        self.flow()

    def leave(self, subscription: MemorySubscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
        if self._declared.exclusive:
            self._broker.forget(self._declared.name)

    def is_bound(self, exchange: Exchange, key: str) -> bool:
        return any(
            binding.exchange == exchange.name and (exchange.kind == "fanout" or matches(binding.key, key))
            for binding in self._declared.bindings
        )


class MemoryBroker:
    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._queues: dict[str, _MemoryQueue] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._awaited: set[str] = set()
        self.connected = False

    @property
    def flow(self) -> Flow:
        if not self.connected:
            return Flow.AWAY
        return Flow.OPEN if self._awaited <= self._exchanges.keys() else Flow.UNHEARD

    async def open(self, topology: Topology) -> None:
        if topology.common is not None:
            await self.open(topology.common)
        marks = [topology.mark] if topology.mark else []
        self._exchanges |= {exchange.name: exchange for exchange in (*topology.exchanges, *marks)}
        for queue in topology.queues:
            self._declare(queue)
        self._awaited.update(topology.awaits)
        self.connected = True

    async def close(self) -> None:
        self.connected = False
        for timer in self._timers:
            timer.cancel()

    def send(self, message: Message, *, exchange: str, key: str) -> asyncio.Future[None]:
        confirmation: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            targets = self._routed(exchange, key)
        except NotPublished as error:
            confirmation.set_exception(error)
            confirmation.exception()
        else:
            confirmation.set_result(None)
            for target in targets:
                target.put(_Held(message, key))
        return confirmation

    async def publish(self, message: Message, *, exchange: str, key: str) -> None:
        await self.send(message, exchange=exchange, key=key)

    def subscribe(self, queue: Queue, inlet: Inlet, *, prefetch: int, at_leisure: bool = False) -> MemorySubscription:  # noqa: ARG002 - nothing is read here
        if queue.exclusive:
            queue = replace(queue, name=f"{queue.name}.{secrets.token_hex(6)}")
        held = self._declare(queue)
        subscription = MemorySubscription(held, inlet, prefetch)
        inlet.connected()
        held.join(subscription)
        return subscription

    async def visit(self, queue: str, work: Visit, *, most: int) -> None:
        inlet = _Visitor()
        visitor = MemorySubscription(self._queues[queue], inlet, most)
        self._queues[queue].join(visitor)
        await visitor.cancel()
        try:
            await work(inlet.deliveries)
        finally:
            await visitor.close()

    async def states(self, queues: Iterable[str]) -> Mapping[str, QueueState | None]:
        return {name: self._queues[name].state if name in self._queues else None for name in queues}

    def deliver(self, message: Message, queue: str) -> None:
        """As the broker itself does it: to a queue that is gone, nothing."""
        if queue in self._queues:
            self._queues[queue].put(_Held(message, queue))

    def deliver_later(self, seconds: float, held: _Held) -> None:
        """A stay in a retry tier."""

        def leave() -> None:
            self._timers.discard(timer)
            self.deliver(held.message, held.key)

        timer = asyncio.get_running_loop().call_later(seconds, leave)
        self._timers.add(timer)

    def forget(self, queue: str) -> None:
        self._queues.pop(queue, None)

    def _declare(self, queue: Queue) -> _MemoryQueue:
        return self._queues.setdefault(queue.name, _MemoryQueue(self, queue))

    def _routed(self, exchange: str, key: str) -> list[_MemoryQueue]:
        if not self.connected:
            raise NotConfirmed("the broker is away")
        if exchange == DEFAULT_EXCHANGE:
            found = [self._queues[key]] if key in self._queues else []
        elif exchange in self._exchanges:
            declared = self._exchanges[exchange]
            found = [queue for queue in self._queues.values() if queue.is_bound(declared, key)]
            if not found and declared.alternate is not None:
                return self._routed(declared.alternate, key)
        else:
            raise NotConfirmed(f"there is no exchange {exchange!r}")
        if not found:
            raise Unroutable(f"no queue for {key!r} on {exchange!r}")
        return found


def matches(pattern: str, key: str) -> bool:
    """Whether a topic exchange routes `key` by `pattern`: `*` is one word, `#` any number of them."""
    return _matches(pattern.split("."), key.split("."))


def _matches(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    head, *rest = pattern
    if head == "#":
        return any(_matches(rest, words[skipped:]) for skipped in range(len(words) + 1))
    return bool(words) and head in ("*", words[0]) and _matches(rest, words[1:])
