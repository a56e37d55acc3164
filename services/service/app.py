"""The service department's service on one page."""

from typing import Final

from aiohttp import web

from libs.bus.definitions import projection
from libs.store import copies
from libs.web.assembling import create_app
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.service.cases import routes as cases

SERVICE: Final = Service(
    name="service",
    resources=(cases.RESOURCE,),
    projections=(
        projection("reference_copies", "sales.account.*", "sales.contact.*", forget=copies.forget_copies)(
            copies.keep_copies
        ),
    ),
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(SERVICE, settings)
