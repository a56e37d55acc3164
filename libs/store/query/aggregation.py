"""`$apply`: groups of records and their sums, as OData's aggregation extension writes them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from libs.store.query.fields import FieldKind, QueryField, QueryFields, require, sortable
from libs.store.query.filters import MongoFilter, filter_of
from libs.store.query.limits import MAX_MEASURES, MAX_SORT_KEYS
from libs.store.query.refusals import Fault

_FORM: Final = "write it as groupby((stage),aggregate(estimated_value with sum as total,$count as deals))"
_STEP: Final = re.compile(r"(filter|groupby|aggregate)\((.*)\)", re.DOTALL)
_GROUPS: Final = re.compile(r"\s*\(([^()]*)\)\s*(?:,\s*aggregate\((.*)\)\s*)?", re.DOTALL)
_MEASURE: Final = re.compile(r"\s*(?:(\$count)|(\S+)\s+with\s+(\w+))\s+as\s+([a-z][a-z0-9_]{0,59})\s*")

_NUMBERS: Final = frozenset({FieldKind.NUMBER, FieldKind.MONEY})
_ORDERED: Final = _NUMBERS | {FieldKind.DATE, FieldKind.DATETIME}


class Method(StrEnum):
    """How the values of a group become one. What has no value counts for none of them."""

    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    COUNT = "$count"


_TAKES: Final = {Method.SUM: _NUMBERS, Method.AVERAGE: _NUMBERS, Method.MIN: _ORDERED, Method.MAX: _ORDERED}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of each group, under the name that the client gave it; `field` is none for a count."""

    name: str
    method: Method
    field: QueryField | None

    @property
    def kind(self) -> FieldKind:
        return self.field.kind if self.field and self.method in (Method.MIN, Method.MAX) else FieldKind.NUMBER


@dataclass(frozen=True, slots=True)
class Aggregation:
    """Which records are taken, what they are grouped by, and what is worked out of each group."""

    filter: MongoFilter
    keys: tuple[QueryField, ...]
    measures: tuple[Measure, ...]

    @property
    def fields(self) -> QueryFields:
        """What the groups can be sorted by."""
        named = {each.name: QueryField(each.name, each.kind, sortable=True, searchable=False) for each in self.measures}
        return {key.name: key for key in self.keys} | named


def aggregation_of(text: str, fields: QueryFields, now: datetime) -> Aggregation:
    """`filter(…)` any number of times, then `groupby((…),aggregate(…))`, either part of it alone."""
    *filters, last = [_step(step) for step in _split(text, "/")]
    conditions = [filter_of(inner.strip(), fields, now) for name, inner in filters if name == "filter"]
    if len(conditions) < len(filters) or last[0] == "filter":
        raise Fault("unsupported", f"filter goes before one groupby or aggregate: {_FORM}")
    keys, measures = _last(*last, fields)
    names = [key.name for key in keys] + [measure.name for measure in measures]
    if doubled := next((name for name in names if names.count(name) > 1 or _holds_another(name, names)), None):
        raise Fault("duplicate", f"{doubled} is named more than once")
    if len(keys) > MAX_SORT_KEYS or len(measures) > MAX_MEASURES:
        raise Fault("too_complex", f"at most {MAX_SORT_KEYS} fields to group by and {MAX_MEASURES} figures")
    return Aggregation({"$and": conditions} if conditions else {}, keys, measures)


def _holds_another(name: str, names: Iterable[str]) -> bool:
    return any(other.startswith(f"{name}/") for other in names)


def _step(text: str) -> tuple[str, str]:
    found = _STEP.fullmatch(text.strip())
    if found is None:
        raise Fault("unreadable", _FORM)
    return found[1], found[2]


def _last(name: str, inner: str, fields: QueryFields) -> tuple[tuple[QueryField, ...], tuple[Measure, ...]]:
    if name == "aggregate":
        return (), _measures(inner, fields)
    found = _GROUPS.fullmatch(inner)
    if found is None:
        raise Fault("unreadable", _FORM)
    keys = tuple(require(fields, key.strip(), _groupable) for key in found[1].split(","))
    return keys, () if found[2] is None else _measures(found[2], fields)


def _groupable(field: QueryField) -> bool:
    return sortable(field) and field.name != "id"


def _measures(text: str, fields: QueryFields) -> tuple[Measure, ...]:
    return tuple(_measure(each, fields) for each in _split(text, ","))


def _measure(text: str, fields: QueryFields) -> Measure:
    found = _MEASURE.fullmatch(text)
    if found is None:
        raise Fault("unreadable", _FORM)
    if found[1]:
        return Measure(found[4], Method.COUNT, None)
    if found[3] not in _TAKES:
        raise Fault("unsupported", f"there is no method {found[3]!r}; there are: {', '.join(_TAKES)}")
    method = Method(found[3])
    field = require(fields, found[2], sortable)
    if field.kind not in _TAKES[method]:
        raise Fault("wrong_type", f"{field.name} has no {method}")
    return Measure(found[4], method, field)


def _split(text: str, separator: str) -> Iterator[str]:
    """The parts between separators that stand in no brackets and no quotes."""
    depth, quoted, start = 0, False, 0
    for position, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == separator and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]
