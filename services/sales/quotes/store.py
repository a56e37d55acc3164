"""How quotes are numbered."""

from libs.store.sequence import draw
from libs.store.work import UnitOfWork
from services.sales.quotes.model import number_of


async def next_number(work: UnitOfWork) -> str:
    """The next of this year, drawn as those of cases: it is never given again, and may be missing (docs/adr/0016)."""
    year = work.now.year
    return number_of(year, 0 if work.rehearsing else await draw(work.store, f"quotes {year}"))
