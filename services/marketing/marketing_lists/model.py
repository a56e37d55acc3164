"""A marketing list: people or companies of one kind, to be addressed together."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Annotated, Final

from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Text
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Record
from libs.domain.refusals import Refusal


class MemberKind(StrEnum):
    LEAD = "lead"
    CONTACT = "contact"
    ACCOUNT = "account"

    @property
    def collection(self) -> str:
        return f"{self.value}s"


class ListKind(StrEnum):
    STATIC = "static"


class Purpose(StrEnum):
    NORMAL = "normal"
    SEED = "seed"
    TEST = "test"
    SUPPRESSION = "suppression"


class MarketingList(Record, collection="marketing_lists", aggregate="marketing.marketing_list"):
    name: Annotated[Line, INDEXED, SEARCHED]
    description: Annotated[Text | None, SEARCHED] = None
    member_kind: Annotated[MemberKind, LISTED]
    kind: Annotated[ListKind, GUARDED, LISTED] = ListKind.STATIC
    purpose: Annotated[Purpose, LISTED] = Purpose.NORMAL


class ListInactive(Refusal):
    """An inactive list keeps its members as they are."""

    code = "list_inactive"


class MemberKindFixed(Refusal):
    """A list that has members stays a list of that kind."""

    code = "member_kind_fixed"


MOST_AT_ONCE: Final = 1000


def require_active(marketing_list: MarketingList) -> None:
    if marketing_list.state != Lifecycle.ACTIVE:
        raise ListInactive("activate the list before changing its members", state=marketing_list.state)


def joining(member_ids: Iterable[str], present: Collection[str]) -> tuple[str, ...]:
    """Who is new to the list, each once, in the order named."""
    return tuple(member_id for member_id in dict.fromkeys(member_ids) if member_id not in present)


def leaving(member_ids: Iterable[str], present: Collection[str]) -> tuple[str, ...]:
    """Who is on the list and is to go."""
    return tuple(member_id for member_id in dict.fromkeys(member_ids) if member_id in present)
