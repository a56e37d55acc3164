"""The reporting service on one page."""

from typing import Final

from aiohttp import web

from libs.web.assembling import create_app
from libs.web.references import reference_copies
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.reporting.funnel import consumers as funnel_consumers
from services.reporting.funnel import routes as funnel
from services.reporting.funnel import store as funnel_rows
from services.reporting.funnel.model import PROJECTION
from services.reporting.lag.routes import lag_routes

REPORTING: Final = Service(
    name="reporting",
    routes=(*funnel.ROUTES, *lag_routes([PROJECTION])),
    projections=(
        funnel_consumers.follow_funnel,
        reference_copies("marketing.campaign.*"),
    ),
    indexes={funnel_rows.COLLECTION: funnel_rows.INDEXES},
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(REPORTING, settings)
