"""Fields that administrators add to a collection: their values live in `custom`, under the rules of fields in code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, Field, create_model

from libs.contracts.values import Day, Moment, Money, Reference
from libs.domain.fields import LISTED, Line, Lookup, Text
from libs.domain.record import Draft


class FieldType(StrEnum):
    """What a custom field holds; a released type keeps its meaning."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    """Several paragraphs; lists neither filter nor sort by it."""
    NUMBER = "number"
    """An exact decimal of at most 15 digits."""
    INTEGER = "integer"
    MONEY = "money"
    """An amount in the currency of the record."""
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    """Several of the choices."""
    REFERENCE = "reference"


_PLAIN: Final[Mapping[FieldType, Any]] = {
    FieldType.TEXT: Line,
    FieldType.LONG_TEXT: Text,
    FieldType.NUMBER: Money,
    FieldType.INTEGER: Annotated[int, Field(ge=-(2**53), le=2**53)],
    FieldType.MONEY: Money,
    FieldType.DATE: Day,
    FieldType.DATETIME: Moment,
    FieldType.BOOLEAN: bool,
    FieldType.REFERENCE: Reference,
}


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """One custom field as its definition says it. `minimum` and `maximum` bound numbers and amounts."""

    name: str
    type: FieldType
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def annotation(self) -> Any:
        """The type of its values as a field in code would have it."""
        if self.type in (FieldType.CHOICE, FieldType.CHOICES):
            choice: Any = Literal.__getitem__(self.choices)
            kind: Any = choice if self.type is FieldType.CHOICE else tuple[choice, ...]
        else:
            kind = _PLAIN[self.type]
        markers: list[Any] = [] if self.type is FieldType.LONG_TEXT else [LISTED]
        if self.refers_to:
            markers.append(Lookup(self.refers_to))
        return Annotated[kind | None, *markers, Field(title=self.label, ge=self.minimum, le=self.maximum)]


class CustomValues(Draft):
    """What `custom` of a record holds, all of it optional here: an old record has no value for a new field."""

    kinds: ClassVar[Mapping[str, type[BaseModel]]] = {}


@dataclass(frozen=True, slots=True)
class CustomFields:
    """The custom fields of one collection: a model of their values, and which of them a record must have."""

    model: type[CustomValues]
    required: frozenset[str]

    @classmethod
    def of(cls, terms: Iterable[FieldTerms], *, collection: str) -> "CustomFields":
        each = sorted(terms, key=lambda field: field.name)
        fields: dict[str, Any] = {field.name: (field.annotation, None) for field in each}
        model = create_model(f"Custom_{collection}", __base__=CustomValues, **fields)
        return cls(model, frozenset(field.name for field in each if field.required))

    def without(self, names: frozenset[str]) -> "CustomFields":
        return _without(self, names) if names else self

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.model.model_fields)


@lru_cache(maxsize=256)
def _without(fields: CustomFields, names: frozenset[str]) -> CustomFields:
    """The others; cached, since making a model costs many times what is done with it."""
    left: dict[str, Any] = {
        name: (info.rebuild_annotation(), info) for name, info in fields.model.model_fields.items() if name not in names
    }
    return CustomFields(create_model(fields.model.__name__, __base__=CustomValues, **left), fields.required - names)


NO_CUSTOM_FIELDS: Final = CustomFields(CustomValues, frozenset())
