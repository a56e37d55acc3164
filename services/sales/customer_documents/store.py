"""The opportunity that a document for a customer follows from, and the documents that follow from one."""

from typing import TypeVar

from libs.store.work import UnitOfWork
from services.sales.customer_documents.model import CustomerDocument
from services.sales.opportunities.model import Opportunity

D = TypeVar("D", bound=CustomerDocument)


async def opportunity_of(work: UnitOfWork, document: CustomerDocument) -> Opportunity | None:
    """None for a document without one, or whose opportunity was removed since."""
    return await work.first(Opportunity, {"_id": document.opportunity_id}) if document.opportunity_id else None


async def without_customer(work: UnitOfWork, document_type: type[D], opportunity_id: str) -> list[D]:
    """Documents of the opportunity that are still made out to the prospect."""
    return await work.find(document_type, {"opportunity_id": opportunity_id, "customer": None})
