"""How accounts are found: by name, and upwards through their hierarchy."""

from typing import Final

from libs.store.work import UnitOfWork
from services.sales.accounts.model import MOST_LEVELS, Account

_HIERARCHY: Final = ("hierarchy", "accounts")


async def alone_in_hierarchy(work: UnitOfWork) -> None:
    """Lets one command at a time change who belongs to whom: two at once could close a circle that neither sees."""
    await work.take_turn(*_HIERARCHY)


async def ancestors(work: UnitOfWork, account_id: str) -> list[str]:
    """The account itself and those above it, up to the deepest that is allowed."""
    found: list[str] = []
    above: str | None = account_id
    while above is not None and above not in found and len(found) < MOST_LEVELS:
        parent = await work.look_up(Account, above)
        found.append(parent.id if parent else above)
        above = parent.parent_account_id if parent else None
    return found


async def by_name(work: UnitOfWork, name_key: str) -> Account | None:
    return next(iter(await work.recognise(Account, {"name_key": name_key}, limit=1)), None)
