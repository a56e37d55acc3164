"""A service of boats, and the rules by which two of them are likely to be the same."""

from typing import Annotated, Any

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness, Reaction
from libs.domain.directory import DuplicateRuleEntry
from libs.domain.fields import INDEXED, LISTED, Line
from libs.domain.people import Email, Phone
from libs.domain.record import Record
from libs.store.store import Store
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Annotated[Line | None, LISTED] = None
    email: Annotated[Email | None, INDEXED] = None
    phone: Annotated[Phone | None, LISTED] = None
    berth: Annotated[int | None, LISTED] = None


HARBOUR = Service("harbour", resources=(Resource(Boat),))


def condition(match: Likeness, *fields: str) -> DuplicateCondition:
    return DuplicateCondition(fields=fields, match=match)


EMAIL = condition(Likeness.EMAIL, "email")
PHONE = condition(Likeness.PHONE, "phone")
NAME = condition(Likeness.FOLDED, "name")
LIKE_NAME = condition(Likeness.SIMILAR, "name")


def rule(
    id: str,
    *conditions: DuplicateCondition,
    on_create: Reaction = Reaction.WARN,
    on_update: Reaction = Reaction.WARN,
    **terms: Any,
) -> DuplicateRuleEntry:
    return DuplicateRuleEntry(
        id=id,
        version=1,
        of="boats",
        name=f"Same {id}",
        conditions=tuple(each.model_dump() for each in conditions),
        on_create=on_create,
        on_update=on_update,
        **terms,
    )


async def define(harbour: Running, *rules: DuplicateRuleEntry) -> None:
    """The rules that there are from now on."""
    harbour.identities.people.duplicate_rules = list(rules)
    await harbour.app[DIRECTORY].reload()


def store_of(harbour: Running) -> Store:
    return harbour.app[STORE]


async def boat(harbour: Running, **fields: Any) -> str:
    """The id of a new boat, of which no rule is asked."""
    headers = {"X-Duplicates": "allow"}
    status, created = await harbour.post("/api/v1/boats", fields, headers=headers)
    assert status == 201, created
    return str(created["id"])
