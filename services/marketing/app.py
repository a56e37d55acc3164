"""The marketing service on one page."""

from typing import Final

from aiohttp import web

from libs.privacy.finding import Portable
from libs.web.assembling import create_app
from libs.web.references import reference_copies
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.marketing.campaigns import routes as campaigns
from services.marketing.email_templates import routes as email_templates
from services.marketing.marketing_lists import consumers as member_consumers
from services.marketing.marketing_lists import routes as marketing_lists
from services.marketing.marketing_lists import store as members
from services.marketing.responses import consumers as response_consumers
from services.marketing.responses import routes as responses
from services.marketing.responses import store as response_rows

MARKETING: Final = Service(
    name="marketing",
    resources=(campaigns.RESOURCE, marketing_lists.RESOURCE, email_templates.RESOURCE),
    routes=(*marketing_lists.ROUTES, *responses.ROUTES, *email_templates.ROUTES),
    projections=(
        response_consumers.keep_responses,
        reference_copies(
            "sales.lead.*",
            "sales.contact.*",
            "sales.account.*",
            "sales.opportunity.*",
            "sales.quote.*",
            "sales.order.*",
            "sales.invoice.*",
            "service.case.*",
            "identity.user.*",
        ),
    ),
    portable=(Portable(members.COLLECTION, "member_id", bare=True, alone=True),),
    movers=(member_consumers.follow_merges,),
    indexes={members.COLLECTION: members.INDEXES, response_rows.COLLECTION: response_rows.INDEXES},
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(MARKETING, settings)
