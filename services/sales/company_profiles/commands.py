"""What administrators do with company profiles."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.company_profiles.model import CompanyProfile
from services.sales.numbering.model import require_distinct


async def create_profile(work: UnitOfWork, draft: Draft) -> CompanyProfile:
    profile = CompanyProfile.drafted(draft, id=work.new_id())
    require_distinct(profile.number_prefixes)
    return work.add(profile)


async def change_profile(work: UnitOfWork, _: CompanyProfile, wanted: CompanyProfile) -> CompanyProfile:
    require_distinct(wanted.number_prefixes)
    return work.save(wanted)
