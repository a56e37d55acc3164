"""A won opportunity makes a customer."""

from libs.bus.definitions import consumer
from libs.contracts.sales import OpportunityWon
from libs.store.work import UnitOfWork
from services.sales.customers import commands


@consumer("customer_conversion", OpportunityWon)
async def convert_prospect(work: UnitOfWork, event: OpportunityWon) -> None:
    await commands.make_customer(work, event.envelope.record_id)
