"""What people do with marketing lists."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from libs.contracts.marketing import MarketingListMembersAdded, MarketingListMembersRemoved
from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.store.aliases import led_on
from libs.store.mongo import Document
from libs.store.work import UnitOfWork
from services.marketing.marketing_lists import model, store
from services.marketing.marketing_lists.model import MOST_AT_ONCE, MarketingList, MemberKind, MemberKindFixed


class ChooseMembers(Value):
    """Whom to add or remove: ids of the list's kind."""

    member_ids: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


async def change_list(work: UnitOfWork, current: MarketingList, wanted: MarketingList) -> MarketingList:
    if wanted.member_kind != current.member_kind and await store.any_member(work.store, current.id):
        raise MemberKindFixed(f"the list has members of kind {current.member_kind}", member_kind=current.member_kind)
    return work.save(wanted)


async def add_members(work: UnitOfWork, list_id: str, request: ChooseMembers) -> MarketingList:
    """Adds who is not on the list yet; a list that has them all stays as it is."""
    marketing_list = await work.get_target(MarketingList, list_id)
    model.require_active(marketing_list)
    there = await store.present(work.store, list_id, request.member_ids)
    new = model.joining(request.member_ids, there)
    if not new:
        return marketing_list
    store.enter(work, list_id, new)
    return work.save(marketing_list, MarketingListMembersAdded(member_ids=new))


async def remove_members(work: UnitOfWork, list_id: str, request: ChooseMembers) -> MarketingList:
    marketing_list = await work.get_target(MarketingList, list_id)
    model.require_active(marketing_list)
    leads = await _leads(work, request.member_ids)
    named = [leads.get(member_id, member_id) for member_id in request.member_ids]
    gone = model.leaving(named, await store.present(work.store, list_id, named))
    if not gone:
        return marketing_list
    store.leave(work, list_id, gone)
    return work.save(marketing_list, MarketingListMembersRemoved(member_ids=gone))


async def follow_merges(work: UnitOfWork, list_id: str, member_ids: Sequence[str]) -> None:
    """Makes what was the membership of merged records that of their survivors, or theirs once more.

    Also of a list that is removed or inactive: it keeps its members, whatever their ids are.
    """
    marketing_list = await work.first(MarketingList, {"_id": list_id})
    rows: dict[str, Document] = {}
    leads: dict[str, str] = {}
    asked: set[str] = set()
    while wanted := {*member_ids, *leads.values()} - asked:
        found = await store.memberships(work.store, list_id, sorted(wanted))
        rows |= {row["_id"]: row for row in found}
        leads |= await _leads(work, [origin for row in found for origin in store.origins_of(row)])
        asked |= wanted
    gone, new = store.regroup(work, list(rows.values()), leads)
    events = [
        *([MarketingListMembersRemoved(member_ids=tuple(gone))] if gone else []),
        *([MarketingListMembersAdded(member_ids=tuple(new))] if new else []),
    ]
    if marketing_list is not None and events:
        work.save(marketing_list, *events)


async def _leads(work: UnitOfWork, member_ids: Iterable[str]) -> dict[str, str]:
    """Which of the ids lead elsewhere, and where to."""
    led = await led_on(
        work.store, [f"{kind.collection}/{member_id}" for member_id in member_ids for kind in MemberKind]
    )
    return {member.partition("/")[2]: survivor.partition("/")[2] for member, survivor in led.items()}
