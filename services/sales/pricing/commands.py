"""What it would cost."""

from libs.store.work import UnitOfWork
from services.sales.pricing import store
from services.sales.pricing.model import engine
from services.sales.pricing.model.document import Calculation, PriceRequest


async def calculate(work: UnitOfWork, request: PriceRequest) -> Calculation:
    """All figures and how they come about, by the catalogue as it is now; nothing is written."""
    return engine.calculate(request, await store.catalogue_for(work, request), today=work.now.date())
