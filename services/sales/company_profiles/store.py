"""Which profile counts."""

from libs.store.work import UnitOfWork
from services.sales.company_profiles.model import CompanyProfile


async def profile_in_use(work: UnitOfWork) -> CompanyProfile | None:
    """The oldest that is active."""
    return await work.first(CompanyProfile, {"state": "active"})
