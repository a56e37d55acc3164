"""How contacts are found: by what they are recognised by, and at their account."""

from typing import Final

from libs.domain.people import fold
from libs.store.work import UnitOfWork
from services.sales.contacts.model import Contact

_MOST_COLLEAGUES: Final = 1000


async def by_person_key(work: UnitOfWork, key: str) -> Contact | None:
    return next(iter(await work.recognise(Contact, {"person_keys": key}, limit=1)), None)


async def by_name_at(work: UnitOfWork, account_id: str, name: str) -> Contact | None:
    """The contact of this name at an account, written as it may be."""
    colleagues = await work.find(Contact, {"account_id": account_id}, limit=_MOST_COLLEAGUES)
    return next((each for each in colleagues if fold(each.full_name or "") == fold(name)), None)
