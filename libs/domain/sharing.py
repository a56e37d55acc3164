"""Opening one record to further people and teams."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.grants import ShareAccess
from libs.domain.refusals import InvalidFields

if TYPE_CHECKING:
    from libs.domain.record import Record

R = TypeVar("R", bound="Record")

MOST_SHARES = 100

PrincipalId = Annotated[str, Field(min_length=1, max_length=64)]


class Principal(StrEnum):
    """Who may own a record, or have it shared with them."""

    USER = "user"
    TEAM = "team"


class Share(Value):
    """With whom, and what for."""

    principal_id: PrincipalId
    kind: Principal
    access: ShareAccess = ShareAccess.READ


def share(record: R, with_: Share) -> R:
    """The record open to one more, or to them for something else than before."""
    others = tuple(each for each in record.shares if each.principal_id != with_.principal_id)
    if len(others) >= MOST_SHARES:
        raise InvalidFields.at("", "too_many_shares", f"shared with {MOST_SHARES} already; share with a team instead")
    return record if with_ in record.shares else record.evolve(shares=(*others, with_))


def unshare(record: R, principal_id: str) -> R:
    """The record without what it was open to them for; who has it by another way keeps that."""
    kept = tuple(each for each in record.shares if each.principal_id != principal_id)
    return record if len(kept) == len(record.shares) else record.evolve(shares=kept)
