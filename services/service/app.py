"""The service department's service on one page."""

from typing import Final

from aiohttp import web

from libs.web.assembling import create_app
from libs.web.references import reference_copies
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.service.cases import routes as cases

SERVICE: Final = Service(
    name="service",
    resources=(cases.RESOURCE,),
    projections=(reference_copies("sales.account.*", "sales.contact.*"),),
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(SERVICE, settings)
