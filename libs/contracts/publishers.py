"""Every event there is, by the service that announces it."""

from collections.abc import Mapping
from typing import Any, Final

from libs.contracts import activity, identity, journal, marketing, sales, service
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event

PUBLISHERS: Final[Mapping[str, tuple[type[Event[Any]], ...]]] = {
    "identity": identity.EVENTS,
    "sales": sales.EVENTS,
    "marketing": marketing.EVENTS,
    "service": service.EVENTS,
    "activity": activity.EVENTS,
    "journal": journal.EVENTS,
}

BY_TYPE: Final[Mapping[str, type[Event[Any]]]] = {
    event.type: event for events in PUBLISHERS.values() for event in events
}


def require_as_published(envelope: Envelope) -> None:
    """Raises a ValueError where an event or its record is not what its class promises; says nothing of other types."""
    known = BY_TYPE.get(envelope.type)
    if known is not None:
        _ = known.received(envelope).record
