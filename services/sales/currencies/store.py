"""How currencies are found: by code."""

from collections.abc import Collection, Mapping

from libs.store.work import UnitOfWork
from services.sales.currencies.model import Currency


async def by_codes(work: UnitOfWork, codes: Collection[str]) -> Mapping[str, Currency]:
    if not codes:
        return {}
    found = await work.find(Currency, {"code": {"$in": sorted(codes)}}, limit=len(codes))
    return {currency.code: currency for currency in found}
