"""What travels: a message, and its delivery to one consumer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias

ATTEMPTS: Final = "tandem-attempts"
"""The header that counts retry tiers passed. The broker's own count does not survive a republish on every version."""

TRACEPARENT: Final = "traceparent"
"""The header, for subscribers that do not look for it in the event."""

GIVEN_UP_BY: Final = "tandem-given-up-by"
"""The header of a dead letter that names the queue whose delivery limit it exceeded."""

Headers: TypeAlias = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the event's and `type` its type, also while it waits in a retry tier; the body may still be anything."""

    id: str
    type: str
    body: bytes
    headers: Headers = field(default_factory=dict)

    @property
    def attempts(self) -> int:
        """How many retry tiers it has passed."""
        attempts = self.headers.get(ATTEMPTS, 0)
        return attempts if isinstance(attempts, int) else 0

    def with_attempts(self, attempts: int) -> "Message":
        return replace(self, headers={**self.headers, ATTEMPTS: attempts})


class Delivery(Protocol):
    """A message in hand: the queue keeps it until `ack`, and delivers it again if that never comes."""

    @property
    def message(self) -> Message: ...

    @property
    def redelivered(self) -> bool:
        """Whether an earlier delivery ended without an answer."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the connection it came by has ended, so that it will be delivered again."""
        ...

    async def ack(self, *, through: bool = False) -> None:
        """Done with it, or with all up to it (`through`). Does nothing once the delivery is lost."""
        ...

    async def requeue(self) -> None:
        """Give it back; the queue counts this against its delivery limit."""
        ...
