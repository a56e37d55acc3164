"""`$expand`: which of the records that a record points to are wanted beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.store.query.fields import QueryFields
from libs.store.query.limits import MAX_EXPANDED, MAX_LISTED_NAMES
from libs.store.query.refusals import Fault
from libs.store.query.selection import Names, selection_of

_ITEM: Final = re.compile(
    r"\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:\(\s*(?P<option>[^()=]*?)\s*=(?P<value>[^()]*)\)\s*)?(?:,|$)"
)
_SELECT: Final = frozenset({"$select", "select"})


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a record to others of the same service.

    `field` holds their ids, or references to them of which those into `collection` count. `fields` are theirs.
    """

    name: str
    field: str
    collection: str
    many: bool
    fields: QueryFields


Ways = Mapping[str, Way]


@dataclass(frozen=True, slots=True)
class Expansion:
    """One way to be taken; `select` names what is wanted of each record at its end, `None` all of it."""

    way: Way
    select: Names | None


def expansions_of(text: str, ways: Ways) -> tuple[Expansion, ...]:
    """What stands after `$expand=`: `lead,customer_account($select=name)`."""
    found: dict[str, Expansion] = {}
    position = 0
    while position < len(text) or text.endswith(","):
        item = _ITEM.match(text, position)
        if item is None:
            raise Fault("unreadable", "write it as `lead,customer_account($select=name)`")
        expansion = _expansion(item["name"], item["option"], item["value"], ways)
        if expansion.way.name in found:
            raise Fault("duplicate", f"{expansion.way.name} is named more than once")
        found[expansion.way.name] = expansion
        position = item.end()
    if len(found) > MAX_EXPANDED:
        raise Fault("too_complex", f"at most {MAX_EXPANDED} at once")
    return tuple(found.values())


def _expansion(name: str, option: str | None, value: str, ways: Ways) -> Expansion:
    way = ways.get(name)
    if way is None:
        raise Fault("unknown_field", f"{name!r} does not expand; these do: {_listed(ways)}")
    if option is None:
        return Expansion(way, None)
    if option not in _SELECT:
        raise Fault("unknown_option", f"within {name} goes $select alone")
    return Expansion(way, selection_of(value, way.fields))


def _listed(ways: Ways) -> str:
    return ", ".join(sorted(ways)[:MAX_LISTED_NAMES]) or "none"
