"""Responses as the activity service announces them."""

from libs.bus.definitions import consumer
from libs.contracts.activity import (
    CampaignResponseCompleted,
    CampaignResponseCreated,
    CampaignResponseSnapshot,
    CampaignResponseUpdated,
)
from libs.contracts.event import Event
from libs.store.work import UnitOfWork
from services.sales.intake import commands


@consumer("lead_intake", CampaignResponseCreated, CampaignResponseUpdated, CampaignResponseCompleted)
async def take_in_response(work: UnitOfWork, event: Event[CampaignResponseSnapshot]) -> None:
    await commands.take_in_response(work, event.record)
