"""The columns that records of one class have: one for each field, and for each part of one that has parts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields, CustomValues
from libs.domain.record import Record, bare_type, specs_of


@dataclass(frozen=True, slots=True)
class Column:
    """`path` leads through the parts, `("customer", "name")`; `type` is that of a value without markers."""

    path: tuple[str, ...]
    type: Any
    many: bool = False

    @property
    def title(self) -> str:
        """As it heads the column: `customer.name`."""
        return ".".join(self.path)

    def value(self, view: Mapping[str, Any]) -> Any:
        """What a record has there, None for nothing."""
        value: Any = view
        for name in self.path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value


@lru_cache(maxsize=256)
def columns_of(record_type: type[Record], custom: type[CustomValues] = CustomValues) -> tuple[Column, ...]:
    """Every column, in the order of the fields; `custom` has one for each custom field."""
    return tuple(
        column
        for spec in specs_of(record_type).values()
        for column in (
            _custom(custom) if spec.name == "custom" else _flattened((spec.name,), spec.type, many=spec.many)
        )
    )


def _custom(model: type[CustomValues]) -> Iterator[Column]:
    for spec in specs_of(model).values():
        yield from _flattened(("custom", spec.name), spec.type, many=spec.many)


def selected(
    record_type: type[Record], names: Iterable[str] | None, custom: CustomFields = NO_CUSTOM_FIELDS
) -> tuple[Column, ...]:
    """The columns of what was selected (`customer/name`), the id before them; all for None."""
    every = columns_of(record_type, custom.model)
    if names is None:
        return every
    paths = [tuple(name.split("/")) for name in ("id", *names)]
    return tuple(dict.fromkeys(each for path in paths for each in every if each.path[: len(path)] == path))


def _flattened(path: tuple[str, ...], type_: Any, *, many: bool) -> Iterator[Column]:
    if many or not (isinstance(type_, type) and issubclass(type_, BaseModel)):
        yield Column(path, type_, many)
        return
    for name, info in type_.model_fields.items():
        yield from _flattened((*path, name), bare_type(info.annotation), many=False)
