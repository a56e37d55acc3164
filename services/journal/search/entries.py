"""What the search keeps of a record: what it is found by, and who may see it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from libs.contracts.envelope import Envelope
from libs.contracts.event import Searchable
from libs.contracts.publishers import PUBLISHERS
from libs.domain.words import LONGEST_TEXT, plain
from libs.store.projecting import newest, newness

SEARCHABLES: Final[Mapping[str, Searchable]] = {
    event.type.rpartition(".")[0]: event.snapshot.searchable
    for events in PUBLISHERS.values()
    for event in events
    if event.snapshot.searchable is not None
}
"""Aggregate → what its records are found by."""

BY_COLLECTION: Final[Mapping[str, Searchable]] = {each.collection: each for each in SEARCHABLES.values()}


def owned_by(id_: str) -> str:
    """The term by which the index knows the owner of a record."""
    return f"owner:{id_}"


def shared_with(id_: str) -> str:
    """The term by which the index knows with whom a record is shared."""
    return f"shared:{id_}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as its newest event shows it; `at` is the second of that event, `access` says who may see it.

    `titles` and `others` are its texts by the names of their fields. One without any is gone, and never found.
    """

    subject: str
    newness: int
    at: int
    access: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        return self.subject.partition("/")[0]

    @property
    def texts(self) -> Mapping[str, str]:
        return {**self.titles, **self.others}


def is_searchable(type_: str) -> bool:
    return type_.rpartition(".")[0] in SEARCHABLES


def entries_of(envelopes: Iterable[Envelope]) -> list[Entry]:
    """One entry for each record that events of searchable types are about."""
    return [_entry(envelope) for envelope in newest(envelopes).values()]


def _entry(envelope: Envelope) -> Entry:
    number, at = newness(envelope), int(envelope.time.timestamp())
    if envelope.removes:
        return Entry(envelope.subject, number, at)
    searchable = SEARCHABLES[envelope.type.rpartition(".")[0]]
    titles = _texts(envelope, searchable.title)
    others = _texts(envelope, (*searchable.subtitle, *searchable.text))
    return Entry(envelope.subject, number, at, tuple(_access(envelope.record)), titles, others)


def _access(record: Mapping[str, Any]) -> Iterator[str]:
    """Owner and shares, as records have them. Nobody else sees it but who may read everything."""
    match record.get("owner_id"):
        case str(id_):
            yield owned_by(id_)
    for share in record.get("shares") or ():
        match share:
            case {"principal_id": str(id_)}:
                yield shared_with(id_)


def _texts(envelope: Envelope, names: Iterable[str]) -> dict[str, str]:
    texts = {name: _text(envelope.record.get(name)) for name in names}
    return {name: text for name, text in texts.items() if text}


def _text(value: object) -> str:
    """A field as it is read: a reference is read by its name."""
    match value:
        case str():
            return plain(value[:LONGEST_TEXT])
        case {"name": str(name)}:
            return plain(name)
        case _:
            return ""
