"""Conversion of campaign responses over HTTP."""

from typing import Final

from aiohttp import web

from libs.contracts.campaign_responses import ConversionTarget
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation, require
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.references import REFERENCES, Pointer
from libs.web.requests import body_of, grants_of, parse
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.kinds import AnyActivity
from services.activity.conversions import commands
from services.activity.conversions.commands import ConvertResponse

_CONTACTS: Final = ConversionTarget.CONTACT.collection


async def convert_response(request: web.Request) -> web.Response:
    """The caller may do by this what they may do in sales: make such records, or see the contact."""
    body = await body_of(request)
    asked = parse(body, ConvertResponse)
    if asked.contact_id is not None:
        pointer = Pointer("/contact_id", _CONTACTS, asked.contact_id, (_CONTACTS,))
        leads = await request.app[REFERENCES].names([pointer], request)
        asked = asked.model_copy(update={"contact_id": leads[pointer.subject].id})

    async def command(work: UnitOfWork) -> Answer:
        converted = await commands.convert_response(work, request.match_info["id"], asked)
        if asked.contact_id is None:
            require(grants_of(request), asked.to.collection, Operation.CREATE)
        return rendered(work, converted)

    return await execute(request, command, body=body)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/activities/{id}/convert",
        convert_response,
        Rule(AnyActivity.collection, Operation.WRITE),
        "Make a campaign response a lead, an opportunity, or that of a contact",
        ConvertResponse,
        CampaignResponse,
    ),
)
