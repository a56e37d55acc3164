"""What sales has made of campaign responses."""

from libs.bus.definitions import consumer
from libs.contracts.conversions import ContactResponseConverted, LeadResponseConverted, OpportunityResponseConverted
from libs.contracts.values import Reference, title_of
from libs.store.work import UnitOfWork
from services.activity.conversions import commands


@consumer("response_conversions", LeadResponseConverted, OpportunityResponseConverted, ContactResponseConverted)
async def note_conversion(
    work: UnitOfWork, event: LeadResponseConverted | OpportunityResponseConverted | ContactResponseConverted
) -> None:
    told = event.envelope
    record = Reference(collection=told.collection, id=told.record_id, name=title_of(told.record))
    await commands.note_conversion(work, event.response_id, record)
