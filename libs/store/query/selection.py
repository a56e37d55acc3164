"""`$select`: which fields of each record are wanted."""

from collections.abc import Iterable, Mapping
from typing import Any

from libs.store.query.fields import QueryFields, require
from libs.store.query.limits import MAX_SELECTED
from libs.store.query.refusals import Fault

Names = tuple[str, ...]
_Shape = dict[str, "_Shape"]
"""The members that are wanted of a value; none stands for the whole."""


def selection_of(text: str, fields: QueryFields) -> Names | None:
    """The names on the wire; `None` for `*`, which is all."""
    names = tuple(name.strip() for name in text.split(","))
    if names == ("*",):
        return None
    if len(names) > MAX_SELECTED:
        raise Fault("too_complex", f"at most {MAX_SELECTED} fields")
    for position, name in enumerate(names):
        require(fields, name)
        if name in names[:position]:
            raise Fault("duplicate", f"{name} is named more than once")
    return names


def projection_of(names: Names | None, fields: QueryFields) -> tuple[str, ...] | None:
    """The paths in MongoDB, which refuses a field beside a part of it."""
    return None if names is None else tuple(require(fields, name).path for name in _wholes(names))


def trimmed(views: Iterable[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    """The views of records with their ids and the selected fields alone."""
    shape: _Shape = {}
    for name in _wholes(("id", *names)):
        level = shape
        for segment in name.split("/"):
            level = level.setdefault(segment, {})
    return [{name: _trim(view.get(name), members) for name, members in shape.items()} for view in views]


def _wholes(names: Names) -> Names:
    """The names without those that lie inside another of them."""
    return tuple(name for name in names if not any(name.startswith(f"{whole}/") for whole in names))


def _trim(value: Any, shape: _Shape) -> Any:
    if shape and isinstance(value, Mapping):
        return {name: _trim(value.get(name), members) for name, members in shape.items()}
    if shape and isinstance(value, list | tuple):
        return [_trim(each, shape) for each in value]
    return value
