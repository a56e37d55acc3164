"""What a service tells of itself after it was set back to a backup: `<service>.backup.restored`."""

from dataclasses import dataclass
from datetime import datetime
from types import new_class
from typing import Any, Self

from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from libs.contracts.event import Event, Snapshot


class BackupSnapshot(Snapshot):
    """The service is what it was at `taken_at` since `restored_at`. `collections` are all of whose records it tells."""

    taken_at: datetime
    restored_at: datetime
    collections: tuple[str, ...]


def set_back(service: str) -> type[Event[Any]]:
    """The event by which a service says that it was set back, as every service can."""
    meaning = (
        "The service was set back to a backup, and has told all its records once more. What was told of these "
        "collections with an earlier `epoch` is not there any more."
    )
    made: type[Event[Any]] = new_class(
        "BackupRestored",
        (Event.__class_getitem__(BackupSnapshot),),
        {"type": f"{service}.{BACKUP_RESTORED}"},
        lambda namespace: namespace.update({"__doc__": meaning}),
    )
    return made


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
        record = BackupSnapshot.model_validate(envelope.record)
        return cls(
            service=envelope.type.partition(".")[0],
            epoch=envelope.epoch,
            taken_at=record.taken_at,
            restored_at=record.restored_at,
            collections=record.collections,
            told=envelope,
        )

    def follows(self, envelope: Envelope) -> bool:
        """Whether an event of this service was told before it was set back."""
        return envelope.epoch < self.epoch
