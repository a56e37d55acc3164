"""`$orderby` to a MongoDB sort."""

from typing import Final

from libs.store.query.fields import QueryFields, require, sortable
from libs.store.query.limits import MAX_SORT_KEYS
from libs.store.query.refusals import Fault

Sort = list[tuple[str, int]]

_DIRECTIONS: Final = {"asc": 1, "desc": -1}


def sort_of(text: str, fields: QueryFields) -> Sort:
    """The keys in order and `_id`, which goes the way of the key before it: one index serves both ways."""
    keys: dict[str, int] = {}
    parts = text.split(",") if text else []
    if len(parts) > MAX_SORT_KEYS:
        raise Fault("too_complex", f"at most {MAX_SORT_KEYS} fields")
    for part in parts:
        path, direction = _key(part, fields)
        if path in keys:
            raise Fault("duplicate", f"{part.split()[0]} is named more than once")
        keys[path] = direction
    last = next(reversed(keys.values()), 1)
    return [*keys.items()] if "_id" in keys else [*keys.items(), ("_id", last)]


def _key(part: str, fields: QueryFields) -> tuple[str, int]:
    match part.split():
        case [name]:
            direction = "asc"
        case [name, direction] if direction in _DIRECTIONS:
            pass
        case _:
            raise Fault("unreadable", f"{part.strip()[:100]!r} is not a field, or a field with asc or desc")
    return require(fields, name, sortable).path, _DIRECTIONS[direction]
