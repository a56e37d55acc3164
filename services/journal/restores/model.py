"""What restores of services from backup mean for events that the journal keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService

UNDER_WAY: Final = timedelta(minutes=15)
"""How long an event may be on its way to a consumer; all tiers of retries take less."""


@dataclass(frozen=True, slots=True)
class Restores:
    """All that there were, the latest of each service."""

    latest: Mapping[str, RestoredService]

    def has_vanished(self, envelope: Envelope) -> bool:
        """Whether the record is not there any more, unless something newer tells of it."""
        restored = self.latest.get(_service_of(envelope))
        return restored is not None and envelope.collection in restored.collections and restored.follows(envelope)

    def is_abandoned(self, envelope: Envelope) -> bool:
        """Whether what it tells of was undone by a restore."""
        restored = self.latest.get(_service_of(envelope))
        return restored is not None and restored.follows(envelope) and envelope.time > restored.taken_at


def _service_of(envelope: Envelope) -> str:
    return envelope.type.partition(".")[0]


def told_again(envelopes: Iterable[Envelope], *, to: str, restores: Restores) -> list[Envelope]:
    """What a service that was set back has missed: all that others told and that still holds."""
    return [each for each in envelopes if _service_of(each) != to and not restores.is_abandoned(each)]


def begins(taken_at: datetime, *, earliest: datetime) -> datetime:
    """The moment from which on events are told again; it includes what was under way to the service's consumers at the
    backup.
    """
    return max(taken_at - UNDER_WAY, earliest)
