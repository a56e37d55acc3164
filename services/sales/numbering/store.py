"""The next number of a series, in years of UTC."""

from libs.store.sequence import draw, take_next
from libs.store.work import UnitOfWork
from services.sales.company_profiles.store import profile_in_use
from services.sales.numbering.model import Prefixes, Series, number_of


async def draw_number(work: UnitOfWork, series: Series) -> str:
    """Drawn as those of cases: it is never given again, and may be missing (docs/adr/0016)."""
    count = 0 if work.rehearsing else await draw(work.store, f"{series.counter} {work.now.year}")
    return await _number(work, series, count)


async def take_number(work: UnitOfWork, series: Series) -> str:
    """Taken by the commit, or not at all: none is missing (docs/adr/0040)."""
    return await _number(work, series, await take_next(work, f"{series.counter} {work.now.year}"))


async def _number(work: UnitOfWork, series: Series, count: int) -> str:
    profile = await profile_in_use(work)
    prefixes = Prefixes() if profile is None else profile.number_prefixes
    return number_of(series, prefixes, work.now.year, count)
