"""Exchanges and queues, as values. Their arguments are those that RabbitMQ 3.10 and 4.x both accept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from libs.bus.settings import BusSettings

DEFAULT_EXCHANGE: Final = ""
"""Routes a message to the queue that its routing key names."""

EVERYTHING: Final = "#"

UNLIMITED: Final = 1_000_000
"""For queues whose messages nobody may drop: 4.x sets a limit where none is given, 3.10 has no word for none."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """`alternate` is the exchange that gets what no queue is bound to; with `goes_with` the broker deletes this one."""

    name: str
    kind: Literal["topic", "fanout", "direct"]
    alternate: str | None = None
    goes_with: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    exchange: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A replicated queue, or an exclusive one: made anew for each connection under a name of its own, gone with it.

    After `delay_ms` a message leaves for the queue that its routing key names; after `delivery_limit` requeues for the
    queue `dead_letters_to`. It does so by the exchange `leaves_by`.
    """

    name: str
    bindings: tuple[Binding, ...] = ()
    delivery_limit: int = UNLIMITED
    dead_letters_to: str | None = None
    delay_ms: int | None = None
    leaves_by: str = DEFAULT_EXCHANGE
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Topology:
    """What is declared. `mark` comes after all else: that it is there says that the queues are.

    `awaits` are the marks of those who must have queues before the first event is announced. `common` is what all
    services share: its keeper declares it always, others only where it is missing.
    """

    exchanges: tuple[Exchange, ...] = ()
    queues: tuple[Queue, ...] = ()
    mark: Exchange | None = None
    awaits: tuple[str, ...] = ()
    common: "Topology | None" = None
    keeps_common: bool = False


def common(settings: BusSettings) -> Topology:
    """What all services share: the events, and what no queue wanted."""
    return Topology(
        exchanges=(
            Exchange(settings.unrouted, "fanout"),
            Exchange(settings.exchange, "topic", alternate=settings.unrouted),
        ),
        queues=(Queue(name=settings.unrouted, bindings=(Binding(settings.unrouted),)),),
    )


def foundations(service: str, settings: BusSettings, consumers: Iterable[Queue] = ()) -> Topology:
    """What a service declares: the way to each of its queues, its retry tiers, its dead letters, its consumers'."""
    door, dead = door_name(service), dead_queue_name(service)
    return Topology(
        exchanges=(
            Exchange(door, "direct"),
            *(Exchange(tier_name(service, seconds), "fanout") for seconds in settings.tiers),
        ),
        queues=(
            Queue(name=dead, bindings=(Binding(door, dead),)),
            *(tier_queue(service, seconds) for seconds in settings.tiers),
            *consumers,
        ),
        mark=Exchange(mark_name(service), "fanout", goes_with=settings.exchange),
        awaits=tuple(mark_name(each) for each in settings.audience),
        common=common(settings),
        keeps_common=settings.keeps_common,
    )


def tier_queue(service: str, seconds: float) -> Queue:
    tier = tier_name(service, seconds)
    return Queue(name=tier, bindings=(Binding(tier),), delay_ms=round(seconds * 1000), leaves_by=door_name(service))


def consumer_queue(service: str, consumer: str, keys: Iterable[str], settings: BusSettings) -> Queue:
    name, door = queue_name(service, consumer), door_name(service)
    return Queue(
        name=name,
        bindings=(*(Binding(settings.exchange, key) for key in keys), Binding(door, name)),
        delivery_limit=settings.delivery_limit,
        dead_letters_to=dead_queue_name(service),
        leaves_by=door,
    )


def broadcast_queue(service: str, name: str, keys: Iterable[str], settings: BusSettings) -> Queue:
    bindings = tuple(Binding(settings.exchange, key) for key in keys)
    return Queue(name=queue_name(service, name), bindings=bindings, exclusive=True)


def queue_name(service: str, consumer: str) -> str:
    return f"{service}.{consumer}"


def dead_queue_name(service: str) -> str:
    return f"{service}.dead"


def door_name(service: str) -> str:
    """The exchange by which a message reaches one queue of the service, and none of another's."""
    return f"{service}.door"


def mark_name(service: str) -> str:
    """The exchange that says that a service listens; nothing is published to it, and without the events it is gone."""
    return f"{service}.listens"


def tier_name(service: str, seconds: float) -> str:
    """`sales.retry.30s`, `sales.retry.2m`."""
    if seconds >= 60 and seconds % 60 == 0:
        return f"{service}.retry.{seconds / 60:g}m"
    return f"{service}.retry.{seconds:g}s"
