"""Filters that name merged records: what pointed to these points to their survivors, so that is looked for."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from libs.domain.pointing import PointingField
from libs.domain.record import Record
from libs.store.aliases import led_on
from libs.store.query.filters import MongoFilter
from libs.store.store import Store

_NAMING: Final = frozenset({"$eq", "$ne", "$in"})
"""Operators that are followed by ids; others compare how an id is written."""

Replace = Callable[[PointingField, str], str]


async def led_filter(store: Store, record_type: type[Record], filter_: MongoFilter) -> MongoFilter:
    """The filter with each id that leads elsewhere replaced by where it leads. Asks only about those that it names."""
    fields = {field.path: field for field in store.pointing(record_type, store.mergeable)} if filter_ else {}
    subjects: set[str] = set()

    def meant(field: PointingField, id_: str) -> list[str]:
        return [f"{collection}/{id_}" for collection in field.collections or store.mergeable]

    def note(field: PointingField, id_: str) -> str:
        subjects.update(meant(field, id_))
        return id_

    _replaced(filter_, "", fields, note)
    leads = await led_on(store, subjects) if subjects else {}

    def lead(field: PointingField, id_: str) -> str:
        found = next((leads[subject] for subject in meant(field, id_) if subject in leads), None)
        return found.partition("/")[2] if found else id_

    return _replaced(filter_, "", fields, lead) if leads else filter_


def _replaced(node: Any, path: str, fields: Mapping[str, PointingField], replace: Replace) -> Any:
    """`path` is the path of the field whose operators `node` holds."""
    if isinstance(node, list):
        return [_replaced(each, path, fields, replace) for each in node]
    if not isinstance(node, dict):
        return node
    replaced = {}
    for name, each in node.items():
        if name in _NAMING and path in fields:
            replaced[name] = _led(each, fields[path], replace)
        else:
            replaced[name] = _replaced(each, path if name[0] == "$" else f"{path}.{name}".lstrip("."), fields, replace)
    return replaced


def _led(value: Any, field: PointingField, replace: Replace) -> Any:
    if isinstance(value, list):
        return [_led(each, field, replace) for each in value]
    return replace(field, value) if isinstance(value, str) else value
