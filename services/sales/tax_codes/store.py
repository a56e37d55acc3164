"""How tax codes are found: by code."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.sales.pricing.model.dated import in_force
from services.sales.tax_codes.model import TaxCode


async def by_codes(work: UnitOfWork, codes: Collection[str]) -> Mapping[str, TaxCode]:
    if not codes:
        return {}
    found = await work.find(TaxCode, {"code": {"$in": sorted(codes)}}, limit=len(codes))
    return {tax_code.code: tax_code for tax_code in found}


async def rates_on(work: UnitOfWork, codes: Collection[str], *, on: date) -> Mapping[str, Decimal]:
    """Percent by code, also of codes that are given to nothing new any more; codes without a rate are left out."""
    in_use = {code: in_force(each.rates, on) for code, each in (await by_codes(work, codes)).items()}
    return {code: rate.percent for code, rate in in_use.items() if rate is not None}


async def require_known(work: UnitOfWork, code: str, pointer: str) -> None:
    """Raises `InvalidFields` where there is no such code."""
    if not await by_codes(work, {code}):
        raise InvalidFields.at(pointer, "unknown_tax_code", f"no tax code {code}")
