"""What of a kind of record lists may be filtered, sorted, searched and expanded by: as its model's markers say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, Literal, get_args, get_origin

from libs.contracts.values import Reference, Value
from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields, CustomValues
from libs.domain.grants import Grants, hidden_fields
from libs.domain.pointing import has_parts, points
from libs.domain.record import FieldSpec, Record, parts_of, specs_of
from libs.store.query.expansion import Way, Ways
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.wording import searched_fields

_KINDS: Final[Mapping[type, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.NUMBER,
    float: FieldKind.NUMBER,
    Decimal: FieldKind.MONEY,
    datetime: FieldKind.DATETIME,
    date: FieldKind.DATE,
}
_ID_SUFFIXES: Final = ("_ids", "_id")


def visible_fields(record_type: type[Record], grants: Grants, custom: CustomFields = NO_CUSTOM_FIELDS) -> QueryFields:
    """What the caller may filter, sort and search lists of these records by, custom fields among it."""
    hidden = hidden_fields(grants, record_type.collection)
    fields = query_fields_of(record_type, hidden)
    return {**fields, **custom_query_fields_of(custom.model)} if custom.names and "custom" not in hidden else fields


@cache
def query_fields_of(record_type: type[Record], hidden: frozenset[str] = frozenset()) -> QueryFields:
    """The fields of the model without those that are `hidden`, by their paths (`address/city`)."""
    listed: dict[str, QueryField] = {}
    apart = not hidden.isdisjoint(searched_fields(record_type))
    for name, spec in specs_of(record_type).items():
        if name not in hidden:
            listed[name] = replace(_query_field(spec, name), apart=apart)
            if spec.listed and listed[name].kind is FieldKind.OBJECT_LIST:
                listed |= _within(spec)
            elif spec.listed and has_parts(spec):
                listed |= _within(spec, sortable=True)
                listed[name] = replace(listed[name], filterable=False, sortable=False)
    return listed


def _within(spec: FieldSpec, *, sortable: bool = False) -> QueryFields:
    """The parts of a field that has some, or of each of many, which `any` and `all` ask for."""
    paths = {f"{spec.name}/{name}": part for name, part in parts_of(spec.type).items()}
    return {path: replace(_query_field(part, path), filterable=True, sortable=sortable) for path, part in paths.items()}


@lru_cache(maxsize=256)
def custom_query_fields_of(model: type[CustomValues]) -> QueryFields:
    """The custom fields of a collection, by their paths (`custom/vat_id`)."""
    paths = {f"custom/{name}": spec for name, spec in specs_of(model).items()}
    return {path: _query_field(spec, path) for path, spec in paths.items()}


def _query_field(spec: FieldSpec, path: str) -> QueryField:
    return QueryField(
        path,
        _kind(spec),
        sortable=spec.listed is not None and not spec.many,
        searchable=spec.searched,
        choices=_choices(spec),
        filterable=spec.listed is not None,
    )


def _choices(spec: FieldSpec) -> tuple[str, ...]:
    if get_origin(spec.type) is Literal:
        return get_args(spec.type)
    is_enumeration = isinstance(spec.type, type) and issubclass(spec.type, StrEnum)
    return tuple(member.value for member in spec.type) if is_enumeration else ()


def _kind(spec: FieldSpec) -> FieldKind:
    if _choices(spec):
        return FieldKind.CHOICE_LIST if spec.many else FieldKind.CHOICE
    if spec.many:
        return _kind_of_list(spec.type)
    if spec.name == "email":
        return FieldKind.EMAIL
    if spec.name == "id" or (spec.lookup and spec.type is str):
        return FieldKind.ID
    if points(spec.type):
        return FieldKind.REFERENCE
    other = FieldKind.OPEN if spec.listed and get_origin(spec.type) is dict else FieldKind.TEXT
    return next((kind for type_, kind in _KINDS.items() if spec.type is type_), other)


def _kind_of_list(element: Any) -> FieldKind:
    if element is Reference:
        return FieldKind.REFERENCE_LIST
    return FieldKind.OBJECT_LIST if isinstance(element, type) and issubclass(element, Value) else FieldKind.TEXT_LIST


def ways_of(record_type: type[Record], records: Iterable[type[Record]], grants: Grants) -> Ways:
    """The ways from one kind of record to those of the same service, by name, as far as the caller may see them.

    A field of ids gives one without its suffix (`lead_id`: `lead`); a reference one for each collection that it may
    point to (`customer`: `customer_account`, `customer_contact`).
    """
    own = {record.collection: record for record in records}
    hidden = hidden_fields(grants, record_type.collection)
    ways = [
        Way(_name_of(spec, target), spec.name, target.collection, spec.many, visible_fields(target, grants))
        for spec in specs_of(record_type).values()
        if spec.lookup is not None and spec.name not in hidden
        for target in map(own.get, spec.lookup.collections)
        if target is not None
    ]
    return {way.name: way for way in ways}


def _name_of(spec: FieldSpec, target: type[Record]) -> str:
    if points(spec.type):
        return f"{spec.name}_{target.aggregate.rpartition('.')[2]}"
    return next((spec.name.removesuffix(suffix) for suffix in _ID_SUFFIXES if spec.name.endswith(suffix)), spec.name)
