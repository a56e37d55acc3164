"""Who may do what: the roles of an installation and what each allows on each collection."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from libs.domain.refusals import Forbidden


class Operation(StrEnum):
    CREATE = "create"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ASSIGN = "assign"


ADMINISTRATOR: Final = "administrator"

_SALES: Final = frozenset({"leads", "opportunities", "accounts", "contacts"})
_MARKETING: Final = frozenset({"campaigns", "marketing_lists"})
_SERVICE: Final = frozenset({"cases"})
_ACTIVITIES: Final = frozenset({"activities"})
_READ_BY_ALL: Final = _SALES | _MARKETING | _SERVICE | _ACTIVITIES | {"timeline", "funnel", "jobs"}

_EVERYTHING: Final = frozenset(Operation)
_DAILY_WORK: Final = frozenset({Operation.CREATE, Operation.READ, Operation.WRITE})
_READ: Final = frozenset({Operation.READ})

ROLES: Final[Mapping[str, Mapping[str, frozenset[Operation]]]] = {
    "sales_manager": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SALES | _ACTIVITIES, _EVERYTHING),
    },
    "salesperson": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SALES | _ACTIVITIES, _DAILY_WORK),
    },
    "marketer": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_MARKETING | _ACTIVITIES, _EVERYTHING),
        "leads": _DAILY_WORK,
    },
    "service_representative": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SERVICE | _ACTIVITIES, _DAILY_WORK | {Operation.ASSIGN}),
    },
    "read_only": dict.fromkeys(_READ_BY_ALL, _READ),
}
"""Role → collection → what it allows. An administrator may do everything, on collections not named here as well."""


@lru_cache(maxsize=4096)
def _allows(roles: tuple[str, ...], collection: str, operation: Operation) -> bool:
    if ADMINISTRATOR in roles:
        return True
    return any(operation in ROLES.get(role, {}).get(collection, frozenset()) for role in roles)


def allows(roles: Iterable[str], collection: str, operation: Operation) -> bool:
    return _allows(tuple(roles), collection, operation)


def require(roles: Iterable[str], collection: str, operation: Operation) -> None:
    """Raises `Forbidden` unless one of the roles allows it."""
    if not allows(roles, collection, operation):
        raise Forbidden(f"your roles do not allow to {operation} {collection}", collection=collection)
