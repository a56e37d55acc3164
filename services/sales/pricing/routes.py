"""The pricing engine over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.requests import body_of, parse
from services.sales.pricing import commands
from services.sales.pricing.model.document import Calculation, PriceRequest
from services.sales.products.model import Product


async def price(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = parse(body, PriceRequest)

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.calculate(work, asked))

    return await execute(request, command, body=body)


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
