"""What a service tells of itself after it was set back to a backup: `<service>.backup.restored`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from libs.contracts.envelope import Envelope


@dataclass(frozen=True, slots=True)
class RestoredService:
    """A service was set back at `restored_at` to what it was at `taken_at`; since then its events tell of `epoch`.

    `told` is the event that said so.
    """

    service: str
    epoch: int
    taken_at: datetime
    restored_at: datetime
    collections: tuple[str, ...]
    told: Envelope

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        record = envelope.record
        return cls(
            service=envelope.type.partition(".")[0],
            epoch=envelope.epoch,
            taken_at=datetime.fromisoformat(record["taken_at"]),
            restored_at=datetime.fromisoformat(record["restored_at"]),
            collections=tuple(record["collections"]),
            told=envelope,
        )

    def follows(self, envelope: Envelope) -> bool:
        """Whether an event of this service was told before it was set back."""
        return envelope.epoch < self.epoch
