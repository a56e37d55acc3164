"""Every event there is, by the service that announces it."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from libs.contracts import (
    activity,
    appointments,
    billing,
    campaign_responses,
    catalogue,
    company,
    conversions,
    customers,
    documents,
    duplicate_rules,
    emails,
    identity,
    interactions,
    journal,
    lead_rules,
    marketing,
    notes,
    notifications,
    planning,
    relationships,
    sales,
    service,
    sign_ins,
)
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event, Merged, erased, restated
from libs.contracts.privacy import reported
from libs.contracts.restored import set_back


def _aggregate(event: type[Event[Any]]) -> str:
    return event.type.rpartition(".")[0]


def _common(events: Sequence[type[Event[Any]]]) -> Iterator[type[Event[Any]]]:
    """What records of every aggregate can undergo."""
    snapshots = {_aggregate(event): event.snapshot for event in events}
    mergeable = {_aggregate(event) for event in events if issubclass(event, Merged)}
    for aggregate, snapshot in snapshots.items():
        yield restated(aggregate, snapshot, mergeable=aggregate in mergeable)
        yield erased(aggregate, snapshot)


MODULES: Final = MappingProxyType(
    {
        "identity": (identity, duplicate_rules, sign_ins),
        "sales": (
            sales,
            customers,
            conversions,
            relationships,
            catalogue,
            company,
            documents,
            billing,
            lead_rules,
            planning,
        ),
        "marketing": (marketing,),
        "service": (service,),
        "activity": (activity, campaign_responses, appointments, interactions, notifications, emails, notes),
        "reporting": (),
        "journal": (journal,),
    }
)


def _events(name: str) -> tuple[type[Event[Any]], ...]:
    declared = (*(event for module in MODULES[name] for event in module.EVENTS), reported(name))
    return (*declared, *_common(declared), set_back(name))


PUBLISHERS: Final[Mapping[str, tuple[type[Event[Any]], ...]]] = {name: _events(name) for name in MODULES}

BY_TYPE: Final[Mapping[str, type[Event[Any]]]] = {
    event.type: event for events in PUBLISHERS.values() for event in events
}


_MERGED: Final = tuple(event for event in BY_TYPE.values() if issubclass(event, Merged))

MERGEABLE: Final[frozenset[str]] = frozenset(
    event.snapshot.searchable.collection for event in _MERGED if event.snapshot.searchable is not None
)
"""The collections whose records can be merged with one another."""

MERGEABLE_AGGREGATES: Final = tuple(_aggregate(event) for event in _MERGED)
"""The same as the types of their events name them: `sales.contact`."""


def require_as_published(envelope: Envelope) -> None:
    """Raises a ValueError where an event or its record is not what its class promises; says nothing of other types."""
    known = BY_TYPE.get(envelope.type)
    if known is not None:
        _ = known.received(envelope).record
