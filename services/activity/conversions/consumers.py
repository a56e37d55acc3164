"""What sales has made of campaign responses, and what it could not make of them."""

from libs.bus.definitions import consumer
from libs.contracts.conversions import (
    ContactResponseConverted,
    ConversionRefusalCreated,
    LeadResponseConverted,
    OpportunityResponseConverted,
)
from libs.contracts.values import Reference, title_of
from libs.store.work import UnitOfWork
from services.activity.activities.model.campaign_response import ConversionRefused
from services.activity.conversions import commands


@consumer("response_refusals", ConversionRefusalCreated)
async def note_refusal(work: UnitOfWork, event: ConversionRefusalCreated) -> None:
    told = event.record
    refused = ConversionRefused(to=told.to, code=told.code, detail=told.detail, at=event.envelope.time)
    await commands.note_refusal(work, told.response_id, refused)


@consumer("response_conversions", LeadResponseConverted, OpportunityResponseConverted, ContactResponseConverted)
async def note_conversion(
    work: UnitOfWork, event: LeadResponseConverted | OpportunityResponseConverted | ContactResponseConverted
) -> None:
    told = event.envelope
    record = Reference(collection=told.collection, id=told.record_id, name=title_of(told.record))
    await commands.note_conversion(work, event.response_id, record)
