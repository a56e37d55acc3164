"""The pricing engine over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute_asked
from services.sales.pricing import commands
from services.sales.pricing.model.document import Calculation, PriceRequest
from services.sales.products.model import Product


async def price(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork, asked: PriceRequest) -> Answer:
        return rendered(work, await commands.calculate(work, asked))

    return await execute_asked(request, PriceRequest, command)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/price",
        price,
        Rule(Product.collection, Operation.READ),
        "What it would cost, and why; nothing is written",
        PriceRequest,
        Calculation,
    ),
)
