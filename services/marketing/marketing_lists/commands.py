"""What people do with marketing lists."""

from typing import Annotated

from pydantic import Field

from libs.contracts.marketing import MarketingListMembersAdded, MarketingListMembersRemoved
from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.store.work import UnitOfWork
from services.marketing.marketing_lists import model, store
from services.marketing.marketing_lists.model import MOST_AT_ONCE, MarketingList, MemberKindFixed


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
    gone = model.leaving(request.member_ids, await store.present(work.store, list_id, request.member_ids))
    if not gone:
        return marketing_list
    store.leave(work, list_id, gone)
    return work.save(marketing_list, MarketingListMembersRemoved(member_ids=gone))
