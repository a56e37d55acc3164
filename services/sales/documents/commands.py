"""Documents are priced as their lines or terms change, and keep their figures as long as these stay."""

from typing import TypeVar

from libs.store.work import UnitOfWork
from services.sales.documents import model
from services.sales.documents.model import Document
from services.sales.pricing import commands as pricing

D = TypeVar("D", bound=Document)


async def price(work: UnitOfWork, document: D) -> D:
    """The document by the catalogue of today, without lines none; raises `InvalidFields` for what cannot be priced."""
    if not document.lines:
        return model.figured(document, None)
    request = model.request_of(document, on=work.now.date())
    return model.figured(document, (await pricing.calculate(work, request)).priced)


async def price_changes(work: UnitOfWork, current: D, wanted: D) -> D:
    """As `price`, where what is wanted asks for anything else than what is there."""
    return wanted if model.terms_of(current) == model.terms_of(wanted) else await price(work, wanted)
