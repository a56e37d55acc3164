"""What people do with campaigns."""

from collections.abc import Awaitable, Callable

from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.marketing.campaigns import model
from services.marketing.campaigns.model import Campaign


class CopyCampaign(Value):
    """What the copy is called; by default as the original, marked as a copy."""

    name: Line | None = None


async def create_campaign(work: UnitOfWork, draft: Draft) -> Campaign:
    campaign = Campaign.drafted(draft, id=work.new_id())
    model.require_order_of_dates(campaign)
    return work.add(campaign)


async def change_campaign(work: UnitOfWork, _: Campaign, wanted: Campaign) -> Campaign:
    model.require_order_of_dates(wanted)
    return work.save(wanted)


def moving(action: str) -> Callable[[UnitOfWork, str], Awaitable[Campaign]]:
    """The command that takes a campaign one step on."""

    async def move_campaign(work: UnitOfWork, campaign_id: str) -> Campaign:
        campaign = await work.get_target(Campaign, campaign_id)
        return work.save(*model.move(campaign, action, at=work.now))

    return move_campaign


async def copy_campaign(work: UnitOfWork, campaign_id: str, request: CopyCampaign) -> Campaign:
    original = await work.get_target(Campaign, campaign_id)
    return work.add(model.copy(original, id=work.new_id(), name=request.name or f"{original.name} (copy)"))
