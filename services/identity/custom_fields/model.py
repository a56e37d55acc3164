"""The custom field: what an administrator adds to the records of a collection."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.collections import FIELDS, CollectionName
from libs.contracts.identity import CustomFieldActivated, CustomFieldDeactivated
from libs.contracts.values import Money
from libs.domain import lifecycle
from libs.domain.custom_fields import FieldType
from libs.domain.fields import INDEXED, INITIAL, LISTED, SEARCHED, Line, Text
from libs.domain.record import Index, Record
from libs.domain.refusals import FieldError, InvalidFields

Choice = Annotated[str, Field(min_length=1, max_length=100)]

_WITH_CHOICES: Final = frozenset({FieldType.CHOICE, FieldType.CHOICES})
_WITH_BOUNDS: Final = frozenset({FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY})
_TERMS: Final[Mapping[str, frozenset[FieldType]]] = {
    "choices": _WITH_CHOICES,
    "refers_to": frozenset({FieldType.REFERENCE}),
    "minimum": _WITH_BOUNDS,
    "maximum": _WITH_BOUNDS,
}
"""Which types of field have which terms; all but bounds must then be given."""


class CustomField(Record, collection="custom_fields", aggregate="identity.custom_field"):
    """`of` names the collection whose records have the field, `name` the member of `custom` that holds its value.

    Both stay as they are, like the type: values that exist must keep their meaning.
    """

    indexes = (Index(("name", "of"), unique=True),)

    of: Annotated[CollectionName, INITIAL, INDEXED]
    name: Annotated[str, INITIAL, LISTED, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    type: Annotated[FieldType, INITIAL, LISTED]
    label: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    required: Annotated[bool, LISTED] = False
    choices: Annotated[tuple[Choice, ...], Field(max_length=500)] = ()
    refers_to: Annotated[tuple[CollectionName, ...], INITIAL, Field(max_length=10)] = ()
    minimum: Money | None = None
    maximum: Money | None = None


def require_sound(field: CustomField) -> CustomField:
    """The field itself; raises `InvalidFields` where its terms do not go together, or name what is not there."""
    if errors := [*_astray(field), *_misplaced(field), *_disordered(field)]:
        raise InvalidFields("the terms of the field do not go together", errors=errors)
    return field


def _astray(field: CustomField) -> Iterator[FieldError]:
    """Collections that have no records."""
    named = {"/of": field.of, **{f"/refers_to/{number}": each for number, each in enumerate(field.refers_to)}}
    for pointer, collection in named.items():
        if not FIELDS.get(collection):
            yield FieldError(pointer, "unknown_collection", f"there are no records called {collection}")


def _misplaced(field: CustomField) -> Iterator[FieldError]:
    """What another type of field has, and what this type lacks."""
    for name, types in _TERMS.items():
        given = getattr(field, name) not in (None, ())
        if given and field.type not in types:
            yield FieldError(f"/{name}", "not_for_this_type", f"a field of type {field.type} has no {name}")
        elif not given and field.type in types and types is not _WITH_BOUNDS:
            yield FieldError(f"/{name}", "missing", f"a field of type {field.type} has {name}")


def _disordered(field: CustomField) -> Iterator[FieldError]:
    if len(set(field.choices)) < len(field.choices):
        yield FieldError("/choices", "duplicate", "each choice once")
    if field.minimum is not None and field.maximum is not None and field.maximum < field.minimum:
        yield FieldError("/maximum", "below_minimum", "must not be below the minimum")


def deactivate(field: CustomField) -> tuple[CustomField, CustomFieldDeactivated]:
    """A field that is neither set nor asked about for now; its values are kept."""
    return lifecycle.deactivate(field), CustomFieldDeactivated()


def activate(field: CustomField) -> tuple[CustomField, CustomFieldActivated]:
    return lifecycle.activate(field), CustomFieldActivated()
