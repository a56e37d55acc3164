"""Which fields of a record point to others, and what such a field is once ids lead elsewhere: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from libs.contracts.values import Reference
from libs.domain.people import Respondent
from libs.domain.record import FieldSpec, Record, specs_of

POINTING: Final = (Reference, Respondent)
"""Values that name the collection beside the id."""


@dataclass(frozen=True, slots=True)
class Leading:
    """Where an id leads: to this record, and what people call that; None where nobody has told."""

    subject: str
    name: str | None = None

    @property
    def id(self) -> str:
        return self.subject.partition("/")[2]


Leads = Mapping[str, Leading]
"""Subjects (`<collection>/<id>`) that lead elsewhere."""


@dataclass(frozen=True, slots=True)
class PointingField:
    """A field, as documents have it, that holds one id or reference, or several.

    `collection` is that of a bare id. `collections` are those that it may point to; none given are all.
    """

    name: str
    collections: tuple[str, ...]
    collection: str | None

    @property
    def path(self) -> str:
        """Where the ids lie."""
        return self.name if self.collection else f"{self.name}.id"

    def subjects(self, value: object) -> Iterator[str]:
        """What a value of the field points to."""
        match value:
            case str() if self.collection:
                yield f"{self.collection}/{value}"
            case {"collection": str(collection), "id": str(id_)}:
                yield f"{collection}/{id_}"
            case list():
                for each in value:
                    yield from self.subjects(each)

    def led(self, value: object, leads: Leads, *, owner: str, now: object = None) -> Any:
        """The value with what leads elsewhere in the place of what it pointed to.

        A record, which is `owner`, does not come to point to itself, nor twice to the same. What `now`, the present
        value, says in the same place stays, so that a name once given is kept.
        """
        if isinstance(value, list):
            present = {subject: each for each in _several(now) for subject in self.subjects(each)}
            led = [self._one(each, leads, owner, present) for each in value]
            return [each for number, each in enumerate(led) if each is not None and each not in led[:number]]
        return self._one(value, leads, owner, dict.fromkeys(self.subjects(now), now))

    def _one(self, value: object, leads: Leads, owner: str, present: Mapping[str, Any]) -> Any:
        leading = next((leads[subject] for subject in self.subjects(value) if subject in leads), None)
        if leading is None:
            return value
        if leading.subject == owner:
            return None
        if leading.subject in present:
            return present[leading.subject]
        return {**value, "id": leading.id, "name": leading.name} if isinstance(value, dict) else leading.id


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


@cache
def pointing_fields(record_type: type[Record]) -> tuple[PointingField, ...]:
    """The fields of a record class, and of its kinds, that point to records."""
    return tuple(_field(spec) for spec in specs_of(record_type).values() if spec.lookup or spec.type in POINTING)


def _field(spec: FieldSpec) -> PointingField:
    collections = spec.lookup.collections if spec.lookup else ()
    return PointingField(spec.name, collections, None if spec.type in POINTING else collections[0])


def pointing_to(record_type: type[Record], collections: frozenset[str]) -> list[PointingField]:
    """Those of the fields that may point to a record of one of these collections."""
    every = pointing_fields(record_type)
    return [each for each in every if not each.collections or not collections.isdisjoint(each.collections)]
