"""Responses as the activity service announces them."""

from typing import Final

from libs.bus.definitions import consumer
from libs.contracts.campaign_responses import (
    CampaignResponseCompleted,
    CampaignResponseCreated,
    CampaignResponseSnapshot,
    CampaignResponseUpdated,
)
from libs.contracts.event import Event
from libs.store.work import UnitOfWork
from services.sales.intake import commands
from services.sales.leads.model import Lead

AT_ONCE: Final = 32
"""What is handled at once is written together, so a write that takes long takes more along."""


@consumer(
    "lead_intake",
    CampaignResponseCreated,
    CampaignResponseUpdated,
    CampaignResponseCompleted,
    workers=AT_ONCE,
    makes=Lead,
)
async def take_in_response(work: UnitOfWork, event: Event[CampaignResponseSnapshot]) -> None:
    await commands.take_in_response(work, event.record)
