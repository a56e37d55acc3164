"""What of a record is about a person, said once beside the model: `personal` of a record class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from libs.contracts.privacy import Person, PersonalFields
from libs.domain.people import phone_key

RETAINED_UNTIL: Final = "retained_until"
"""The field of a document with the last day, in ISO 8601, on which an erasure leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The law wants records kept whole that have a time in `since`, for so many `years` after the end of its year,
    unless they say themselves until when.
    """

    since: str
    years: int

    def until(self, at: datetime) -> date:
        """The last day."""
        return date(at.year + self.years, 12, 31)


@dataclass(frozen=True, slots=True)
class Personal:
    """Which fields are about a person, and by which a record is known to be theirs. Paths as in `prospect.email`.

    An erasure empties `cleared`, takes the person out of `texts`, and leaves `kept`, which only look personal.
    `emails`, `phones` and `names` say where those stand. A record is the person's where it has their e-mail, where a
    reference in `belongs_to` leads to one of their records, and where one of their records names it in a field of
    `owns` (field → collection). Each part of a list in `parties` is about somebody of its own, by `collection` and
    `id`, `email` or `phone`: the record is theirs too, but tells nothing more of them. As long as the `retention`
    goes, an erasure changes nothing of it.
    """

    cleared: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    belongs_to: Mapping[str, str | None] = field(default_factory=dict)
    owns: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    retention: Retention | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that an erasure changes."""
        return (*self.cleared, *self.texts)

    @property
    def paths(self) -> tuple[str, ...]:
        """What has to be read to tell whose a record is."""
        return (*self.emails, *self.phones, *self.names, *self.belongs_to, *self.owns, *self.parties)

    def is_theirs(self, subject: str, document: Mapping[str, Any], person: Person) -> bool:
        """Whether the record `subject` (`<collection>/<id>`) is the person's."""
        return subject in person.records or self._is_about(document, person) or self._takes_part(document, person)

    def _is_about(self, document: Mapping[str, Any], person: Person) -> bool:
        return (
            any(email.lower() in person.emails for email in texts_at(document, self.emails))
            or any(phone_key(phone) in person.phone_keys for phone in texts_at(document, self.phones))
            or any(each in person.records for each in self._targets(document))
        )

    def _takes_part(self, document: Mapping[str, Any], person: Person) -> bool:
        parties = (party for path in self.parties for party in values_at(document, path))
        return any(_PARTY.is_theirs("", {"party": party}, person) for party in parties)

    def _targets(self, document: Mapping[str, Any]) -> Iterator[str]:
        for path, collection in self.belongs_to.items():
            for value in values_at(document, path):
                match value:
                    case {"collection": str(named), "id": str(id_)}:
                        yield f"{named}/{id_}"
                    case str() if collection is not None:
                        yield f"{collection}/{value}"

    def told(self, subject: str, document: Mapping[str, Any], person: Person) -> Person:
        """What a record of the person tells of them."""
        personal = (PersonalFields(collection=subject.partition("/")[0], fields=self.cleared),)
        if self._takes_part(document, person) and not self._is_about(document, person):
            return Person(records=(subject,), personal=personal)
        owned = [f"{where}/{id_}" for path, where in self.owns.items() for id_ in texts_at(document, (path,))]
        return Person(
            records=tuple(dict.fromkeys((subject, *owned))),
            emails=tuple(dict.fromkeys(each.lower() for each in texts_at(document, self.emails))),
            phones=tuple(dict.fromkeys(texts_at(document, self.phones))),
            names=tuple(dict.fromkeys(texts_at(document, self.names))),
            personal=personal,
        )


_PARTY: Final = Personal(emails=("party.email",), phones=("party.phone",), belongs_to={"party": None})


def retained_until(personal: Personal | None, document: Mapping[str, Any]) -> date | None:
    """Until when the law has a document kept, as it says itself, or its record class; None where it need not be."""
    told = document.get(RETAINED_UNTIL)
    if isinstance(told, str):
        return date.fromisoformat(told)
    if personal is None or personal.retention is None:
        return None
    at = document.get(personal.retention.since)
    return personal.retention.until(at) if isinstance(at, datetime) else None


def texts_at(document: Mapping[str, Any], paths: tuple[str, ...]) -> Iterator[str]:
    """Every text that stands at one of the paths."""
    for path in paths:
        for value in values_at(document, path):
            if isinstance(value, str) and value:
                yield value


def values_at(document: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path; a list stands for each of its members."""
    if isinstance(document, list | tuple):
        for each in document:
            yield from values_at(each, path)
        return
    if not path:
        yield document
        return
    if isinstance(document, Mapping):
        name, _, rest = path.partition(".")
        if document.get(name) is not None:
            yield from values_at(document[name], rest)
