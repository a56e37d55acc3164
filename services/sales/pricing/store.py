"""What the engine is given: all that a request names, by four reads in two rounds, and one a level of bundles."""

import asyncio

from libs.store.work import UnitOfWork
from services.sales.currencies import store as currencies
from services.sales.price_lists.model import PriceList
from services.sales.pricing.model.document import PriceRequest
from services.sales.pricing.model.offering import Catalogue
from services.sales.products import store as products
from services.sales.tax_codes import store as tax_codes


async def catalogue_for(work: UnitOfWork, request: PriceRequest) -> Catalogue:
    """The catalogue as far as whoever asks may see it."""
    ids = {line.product_id for line in request.lines if line.product_id is not None}
    found, price_list = await asyncio.gather(
        products.with_components(work, ids), _price_list(work, request.price_list_id)
    )
    named = {line.tax_code for line in request.lines} | {product.tax_code for product in found.values()}
    if request.freight is not None:
        named.add(request.freight.tax_code)
    foreign = {product.currency for product in found.values()} - {request.currency}
    known_taxes, known_currencies = await asyncio.gather(
        tax_codes.by_codes(work, {code for code in named if code is not None}),
        currencies.by_codes(work, foreign | {request.currency} if foreign else foreign),
    )
    return Catalogue(products=found, price_list=price_list, tax_codes=known_taxes, currencies=known_currencies)


async def _price_list(work: UnitOfWork, price_list_id: str | None) -> PriceList | None:
    found = await work.first(PriceList, {"_id": price_list_id}) if price_list_id is not None else None
    return found if found is not None and work.sees(found) else None
