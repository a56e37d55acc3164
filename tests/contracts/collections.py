"""The collections of all services and the fields of their records, as models and routes say them today."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, get_origin

from pydantic import BaseModel

from libs.contracts import collection_fields
from libs.contracts.collections import ANY_MEMBER, CUSTOM
from libs.domain.record import FieldSpec, Record, parts_of, specs_of
from libs.web.api import Rule
from tests.support.suite import SERVICES

FILE: Final = Path(collection_fields.__file__)

_HEAD: Final = '''"""The fields of records, and what lies within them; written by `python -m tests.contracts`."""

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
'''


def module_today() -> str:
    return "".join([_HEAD, *(_entry(name, paths) for name, paths in sorted(_collections().items())), "}\n"])


def _entry(collection: str, paths: list[str]) -> str:
    lines = wrap(" ".join(paths), 110, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False)
    text = "\n".join(['"""', *lines, '    """']) if lines else '""'
    return f'    "{collection}": {text},\n'


def _collections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service in SERVICES:
        for route in service.all_routes():
            if isinstance(route.guard, Rule):
                found.setdefault(route.guard.collection, [])
        for resource in service.resources:
            found[resource.collection] = sorted(_paths(resource.record))
    return found


def _paths(record_type: type[Record]) -> Iterator[str]:
    for name, spec in specs_of(record_type).items():
        yield name
        yield from (f"{name}/{member}" for member in _members(spec))


def _members(spec: FieldSpec) -> Iterator[str]:
    """What an object has within; of lists nothing is named, and of `custom` what administrators define."""
    type_: Any = spec.type
    if get_origin(type_) is dict and spec.name != CUSTOM:
        yield ANY_MEMBER
    elif not spec.many and isinstance(type_, type) and issubclass(type_, BaseModel):
        yield from parts_of(type_)
