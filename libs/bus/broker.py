"""What the bus needs of a message broker. RabbitMQ and the in-memory double pass one conformance suite."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from libs.bus.message import Delivery, Message
from libs.bus.topology import Queue, Topology


@dataclass(frozen=True, slots=True)
class QueueState:
    """Messages that are ready, and who takes them."""

    messages: int
    consumers: int


Visit: TypeAlias = Callable[[Sequence[Delivery]], Awaitable[None]]


class Flow(StrEnum):
    """Whether events can go out, and what they wait for if not."""

    OPEN = "open"
    AWAY = "away"
    """The broker does not answer."""
    BLOCKED = "blocked"
    """The broker is short of memory or disk, and takes nothing."""
    UNHEARD = "unheard"
    """A service that events are for has no queues yet."""


class NotPublished(Exception):
    """The broker did not take responsibility for a message."""


class NotConfirmed(NotPublished):
    """Refused by the broker, or unknown: it may have arrived all the same."""


class Unroutable(NotPublished):
    """No queue would have received it."""


class Inlet(Protocol):
    """Where a subscription hands over messages; both are called from the broker's own task and must not block."""

    def connected(self) -> None:
        """The queue is bound and messages begin to flow, for the first time or again."""
        ...

    def receive(self, delivery: Delivery) -> None: ...


class Subscription(Protocol):
    @property
    def active(self) -> bool:
        """Whether messages can flow now."""
        ...

    async def cancel(self) -> None:
        """Receive nothing more; what is in hand can still be acknowledged."""
        ...

    async def close(self) -> None:
        """Give back what is in hand."""
        ...


class Broker(Protocol):
    @property
    def connected(self) -> bool:
        """Whether a publication can be sent now."""
        ...

    @property
    def flow(self) -> Flow:
        """Whether events should be announced now."""
        ...

    async def open(self, topology: Topology) -> None:
        """Connect, declare, and keep both so until `close`. Does not wait for a broker that is away."""
        ...

    def send(self, message: Message, *, exchange: str, key: str) -> asyncio.Future[None]:
        """The confirmation of a publication: done once the broker has taken responsibility, else a `NotPublished`.

        A message that is in flight to the same place is not sent twice: its confirmation is shared. Do not cancel it.
        """
        ...

    async def publish(self, message: Message, *, exchange: str, key: str) -> None:
        """Send and wait, at most the publish timeout, for the broker's ack; raises `NotConfirmed` or `Unroutable`."""
        ...

    def subscribe(self, queue: Queue, inlet: Inlet, *, prefetch: int, at_leisure: bool = False) -> Subscription:
        """Declare the queue, bind it and receive from it, again whenever the connection or the queue was lost.

        Messages may come some at a time, a moment later, where they are received `at_leisure`.
        """
        ...

    async def visit(self, queue: str, work: Visit, *, most: int) -> None:
        """Hands `work` up to `most` messages from the head of a queue, and gives back those that it does not ack.

        Raises `Unavailable`.
        """
        ...

    async def states(self, queues: Iterable[str]) -> Mapping[str, QueueState | None]:
        """What is in each queue; None for one that does not exist. Raises `Unavailable`."""
        ...

    async def close(self) -> None: ...
