"""Which fields of a record point to others, and what such a field is once ids lead elsewhere: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from libs.contracts.values import Reference, Value
from libs.domain.people import Somebody
from libs.domain.record import FieldSpec, Record, specs_of

_POINTING: Final = (Reference, Somebody)


def points(type_: object) -> bool:
    """Whether these are values that name the collection beside the id."""
    return isinstance(type_, type) and issubclass(type_, _POINTING)


def has_parts(spec: FieldSpec) -> bool:
    """Whether the field holds values of several fields, as an address does, that point nowhere."""
    return not points(spec.type) and isinstance(spec.type, type) and issubclass(spec.type, Value)


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

CustomReferences: TypeAlias = Mapping[str, tuple[str, ...]]
"""Custom fields of a collection that hold references, by name, and the collections that each may point to."""

NO_CUSTOM_REFERENCES: Final[CustomReferences] = {}


@dataclass(frozen=True, slots=True)
class PointingField:
    """A field, as documents have it, that holds one id or reference, or several. `name` is its path in them.

    `collection` is that of a bare id. `collections` are those that it may point to; none given are all.
    """

    name: str
    collections: tuple[str, ...]
    collection: str | None
    many: bool = False

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

        A record, which is `owner`, does not come to point to itself, nor twice in the same way to the same. What `now`,
        the present value, says in the same place stays, so that a name once given is kept.
        """
        if isinstance(value, list):
            led = [self._one(each, leads, owner, _several(now)) for each in value]
            return [each for number, each in enumerate(led) if each is not None and each not in led[:number]]
        return self._one(value, leads, owner, [now])

    def _one(self, value: object, leads: Leads, owner: str, present: Sequence[Any]) -> Any:
        leading = next((leads[subject] for subject in self.subjects(value) if subject in leads), None)
        if leading is None:
            return value
        if leading.subject == owner:
            return None
        led = {**value, "id": leading.id, "name": leading.name} if isinstance(value, dict) else leading.id
        return next((each for each in present if _nameless(each) == _nameless(led)), led)


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _nameless(value: object) -> object:
    """The value without the name of the record that it points to."""
    return {name: each for name, each in value.items() if name != "name"} if isinstance(value, dict) else value


@cache
def pointing_fields(record_type: type[Record]) -> tuple[PointingField, ...]:
    """The fields of a record class, and of its kinds, that point to records."""
    return tuple(_field(spec) for spec in specs_of(record_type).values() if spec.lookup or points(spec.type))


def _field(spec: FieldSpec) -> PointingField:
    collections = spec.lookup.collections if spec.lookup else ()
    return PointingField(spec.name, collections, None if points(spec.type) else collections[0], spec.many)


def pointing_to(
    record_type: type[Record], collections: frozenset[str], custom: CustomReferences = NO_CUSTOM_REFERENCES
) -> list[PointingField]:
    """Those of the fields that may point to a record of one of these collections, custom ones among them."""
    added = [PointingField(f"custom.{name}", allowed, None) for name, allowed in custom.items()]
    every = (*pointing_fields(record_type), *added)
    return [each for each in every if not each.collections or not collections.isdisjoint(each.collections)]
