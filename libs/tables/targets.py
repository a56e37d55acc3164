"""What an import can fill in records of one class: the fields that a create may set, and their parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from libs.contracts.values import Reference
from libs.domain.custom_fields import CustomValues
from libs.domain.kinds import TOLD_APART_BY
from libs.domain.people import Respondent
from libs.domain.record import FieldSpec, Record, specs_of
from libs.tables.columns import Column, columns_of

POINTING: Final = (Reference, Respondent)


@dataclass(frozen=True, slots=True)
class Target:
    """`lookup` names the collections that a reference may lead to; a reference of any collection has none."""

    path: tuple[str, ...]
    type: Any
    many: bool = False
    required: bool = False
    lookup: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def is_reference(self) -> bool:
        return self.type in POINTING or bool(self.lookup)


@lru_cache(maxsize=256)
def targets_of(record_type: type[Record], custom: type[CustomValues] = CustomValues) -> dict[str, Target]:
    """By name, such as `address.city`, `account_id`, `customer` beside `customer.id`, `custom.size`."""
    open_ = {
        name: spec
        for name, spec in specs_of(record_type).items()
        if (spec.guarded is None or spec.guarded.initial) and name != "custom"
    }
    parts: dict[str, list[Column]] = {}
    for column in columns_of(record_type, custom):
        parts.setdefault(column.path[0], []).append(column)
    own = (
        target
        for name, spec in open_.items()
        for target in _targets((name,), spec, parts[name], required=_is_required(record_type, spec))
    )
    added = (
        target
        for name, spec in specs_of(custom).items()
        for target in _targets(("custom", name), spec, parts["custom"], required=False)
    )
    return {target.name: target for target in (*own, *added)}


def _targets(path: tuple[str, ...], spec: FieldSpec, columns: list[Column], *, required: bool) -> Iterator[Target]:
    lookup = spec.lookup.collections if spec.lookup else ()
    whole = Target(path, spec.type, spec.many, required, lookup)
    if whole.is_reference:
        yield whole
    for column in columns:
        if column.path[: len(path)] != path:
            continue
        if column.path != whole.path:
            yield Target(column.path, column.type, column.many)
        elif not whole.is_reference:
            yield whole


def _is_required(record_type: type[Record], spec: FieldSpec) -> bool:
    """Required in records of every kind; what tells kinds apart is so in any case."""
    if not record_type.kinds:
        return spec.required
    if spec.name == TOLD_APART_BY:
        return True
    return all(
        spec.name in specs_of(kind) and specs_of(kind)[spec.name].required for kind in record_type.kinds.values()
    )
