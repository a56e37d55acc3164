"""How documents for a customer are numbered, the opportunity that each follows from, and those that follow from one."""

from typing import TypeVar

from libs.store.sequence import draw
from libs.store.work import UnitOfWork
from services.sales.customer_documents.model import CustomerDocument, number_of
from services.sales.opportunities.model import Opportunity

D = TypeVar("D", bound=CustomerDocument)


async def next_number(work: UnitOfWork, document_type: type[CustomerDocument]) -> str:
    """The next of this year, drawn as those of cases: it is never given again, and may be missing (docs/adr/0016)."""
    year = work.now.year
    count = 0 if work.rehearsing else await draw(work.store, f"{document_type.collection} {year}")
    return number_of(document_type, year, count)


async def opportunity_of(work: UnitOfWork, document: CustomerDocument) -> Opportunity | None:
    """None for a document without one, or whose opportunity was removed since."""
    return await work.first(Opportunity, {"_id": document.opportunity_id}) if document.opportunity_id else None


async def without_customer(work: UnitOfWork, document_type: type[D], opportunity_id: str) -> list[D]:
    """Those that are still for the prospect of the opportunity."""
    return await work.find(document_type, {"opportunity_id": opportunity_id, "customer": None})
