"""Responses that somebody wants to become a record of sales."""

from libs.bus.definitions import consumer
from libs.contracts.campaign_responses import CampaignResponseConversionRequested
from libs.store.work import UnitOfWork
from services.sales.conversions import commands


@consumer("response_conversion", CampaignResponseConversionRequested)
async def convert_response(work: UnitOfWork, event: CampaignResponseConversionRequested) -> None:
    await commands.answer_request(work, event.record, to=event.to, contact_id=event.contact_id)
