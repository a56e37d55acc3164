"""Which records belong to which others: a contact to its account, an account to the one above it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from libs.contracts.envelope import Envelope
from services.activity.timeline.model import before_of, pointed_to

_CUSTOMERS: Final = frozenset({"accounts", "contacts"})

BELONGS_TO: Final[Mapping[str, frozenset[str]]] = {
    "accounts": frozenset({"accounts"}),
    "contacts": frozenset({"accounts"}),
    "leads": _CUSTOMERS,
    "opportunities": _CUSTOMERS | {"leads"},
    "quotes": _CUSTOMERS | {"opportunities"},
    "orders": _CUSTOMERS | {"opportunities"},
    "invoices": _CUSTOMERS | {"orders"},
    "credit_notes": _CUSTOMERS,
    "cases": _CUSTOMERS,
}
"""By collection, to records of which collections its own belong if they point to them.

Of two collections one at most belongs to the other.
"""


def holders_of(event: Envelope) -> list[str]:
    """What the record of an event belongs to from then on, as `<collection>/<id>`."""
    return sorted(_holding(event.collection, pointed_to(event.record)))


def tells(event: Envelope) -> bool:
    """Whether what the record belongs to may be other than before; an event without a change tells it anew.

    A new record that belongs to nothing is as unknown ones are.
    """
    if event.collection not in BELONGS_TO:
        return False
    if "changed" in event.data:
        return bool(_holding(event.collection, _moved(event)))
    return event.sequence > 1 or event.restates or bool(holders_of(event))


def _moved(event: Envelope) -> Iterator[str]:
    changed = event.data["changed"]
    yield from pointed_to(before_of(changed))
    yield from pointed_to({name: change.get("after") for name, change in changed.items()})


def _holding(collection: str, subjects: Iterable[str]) -> set[str]:
    return {subject for subject in subjects if subject.partition("/")[0] in BELONGS_TO[collection]}
