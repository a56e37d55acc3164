"""How cases are numbered and found beneath one another."""

from libs.store.sequence import draw
from libs.store.work import UnitOfWork
from services.service.cases.model import Case, number_of


async def next_number(work: UnitOfWork) -> str:
    """The next of this year: greater than every one before, and never given again.

    It is taken before the commit, so that creates do not make one another run again; one that fails leaves a gap, which
    is allowed (docs/adr/0016).
    """
    year = work.now.year
    if work.rehearsing:
        return number_of(year, 0)
    return number_of(year, await draw(work.store, f"cases {year}"))


async def has_children(work: UnitOfWork, case_id: str) -> bool:
    return await work.first(Case, {"parent_case_id": case_id}) is not None
