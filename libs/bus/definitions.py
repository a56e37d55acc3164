"""How a service says what it listens to. A definition is a value; nothing registers itself.

A topic is an event class, or a pattern of event types as RabbitMQ's topic exchanges know them: `sales.contact.*`, `#`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from libs.contracts.event import Event
from libs.contracts.restored import RestoredService
from libs.domain.record import Record
from libs.store.store import Store
from libs.store.work import UnitOfWork

Topic: TypeAlias = type[Event[Any]] | str
Command: TypeAlias = Callable[[UnitOfWork, Any], Awaitable[object]]
BatchHandler: TypeAlias = Callable[[Store, Sequence[Envelope]], Awaitable[None]]
Forget: TypeAlias = Callable[[Store, RestoredService], Awaitable[None]]
EnvelopeHandler: TypeAlias = Callable[[Envelope], Awaitable[None]]
Screen: TypeAlias = Callable[[Sequence[Envelope]], Awaitable[list[Envelope]]]
"""Takes out of events what must not be kept any more; they stay in their order."""
Reload: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """Effects of events, each once. The handler gets the event's class, or the envelope where a pattern matched.

    One that is not `screened` hears everything as it was announced. Where all that an event does is to make a record
    of the type that it `makes`, that is one plain write, and no transaction. Its handler knows by its own records what
    it did about the same event just before (libs/store/inbox.py).
    """

    name: str
    topics: tuple[Topic, ...]
    handle: Command
    workers: int = 8
    screened: bool = True
    makes: type[Record] | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows that follow others' records, in batches. May see an event again or late: it writes only what is newer.

    `forget` is for a service that was set back to a backup: rows of it that nothing was told of since are no more.
    """

    name: str
    topics: tuple[Topic, ...]
    handle: BatchHandler
    batch: int = 200
    pause: float = 0.05
    forget: Forget | None = None

    @property
    def keys(self) -> list[str]:
        """The routing keys to bind."""
        return keys_of((*self.topics, f"*.{BACKUP_RESTORED}") if self.forget else self.topics)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What every copy of a service must hear, in memory only; `on_connect` loads what was missed."""

    name: str
    topics: tuple[Topic, ...]
    handle: EnvelopeHandler
    on_connect: Reload | None = None


def consumer(
    name: str, *topics: Topic, workers: int = 8, screened: bool = True, makes: type[Record] | None = None
) -> Callable[[Command], Consumer]:
    """`workers` messages are handled at once in each copy of the service."""

    def define(handle: Command) -> Consumer:
        return Consumer(name, topics, handle, workers, screened, makes)

    return define


def projection(
    name: str, *topics: Topic, batch: int = 200, pause: float = 0.05, forget: Forget | None = None
) -> Callable[[BatchHandler], Projection]:
    """A batch begins at `batch` events, or `pause` seconds after the last one began (up to 1 in a rush)."""

    def define(handle: BatchHandler) -> Projection:
        return Projection(name, topics, handle, batch, pause, forget)

    return define


async def unscreened(envelopes: Sequence[Envelope]) -> list[Envelope]:
    return list(envelopes)


def keys_of(topics: Sequence[Topic]) -> list[str]:
    """The routing keys to bind."""
    return [topic if isinstance(topic, str) else topic.type for topic in topics]
