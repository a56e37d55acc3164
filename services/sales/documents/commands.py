"""Documents are priced as their lines or terms change, and keep their figures as long as these stay."""

from typing import TypeVar

from libs.store.work import UnitOfWork
from services.sales.documents import model
from services.sales.documents.model import Document
from services.sales.pricing import commands as pricing

D = TypeVar("D", bound=Document)


async def price(work: UnitOfWork, document: D) -> D:
    """The document priced by the catalogue of its day, without lines nothing; raises `InvalidFields` for what cannot be
    priced.
    """
    if not document.lines:
        return model.figured(document, None)
    request = model.request_of(document, on=document.counts_on or work.now.date())
    return model.figured(document, (await pricing.calculate(work, request)).priced)


async def price_changes(work: UnitOfWork, current: D, wanted: D) -> D:
    """Prices the document anew if what is wanted asks for anything else than what is there."""
    same = model.terms_of(current) == model.terms_of(wanted) and current.counts_on == wanted.counts_on
    return wanted if same else await price(work, wanted)
