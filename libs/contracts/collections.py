"""Every collection with the fields of its records: what names one elsewhere, such as a role, can be checked there."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.collection_fields import NAMES

CollectionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]

ANY_MEMBER: Final = "*"
"""Stands for the members of a field that others name: `fields/*`."""

CUSTOM: Final = "custom"
"""The field whose members administrators name."""

FIELDS: Final[Mapping[str, frozenset[str]]] = {name: frozenset(paths.split()) for name, paths in NAMES.items()}
"""Collection → what records have: `email`, `address`, `address/city`. One that holds no records has none."""


def has_field(collection: str, path: str, custom: frozenset[str] = frozenset()) -> bool:
    """Whether records of the collection, with these custom fields, have the field or member of one."""
    name, _, member = path.partition("/")
    if member and name == CUSTOM:
        return member in custom and name in FIELDS.get(collection, ())
    return not FIELDS.get(collection, frozenset()).isdisjoint((path, f"{name}/{ANY_MEMBER}" if member else path))
