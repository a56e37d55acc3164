"""Campaigns over HTTP."""

from typing import Final

from libs.web.access import Operation
from libs.web.resource import Action, Resource
from services.marketing.campaigns import commands
from services.marketing.campaigns.model import Campaign

_MOVES: Final = {
    "make_ready": "Planning is done",
    "launch": "Begin the campaign",
    "suspend": "Interrupt the campaign",
    "resume": "Go on with a suspended campaign",
    "complete": "End the campaign",
    "cancel": "Give the campaign up",
}

RESOURCE: Final = Resource(
    Campaign,
    create=commands.create_campaign,
    change=commands.change_campaign,
    actions=(
        *(Action(name, commands.moving(name), summary, None, Campaign) for name, summary in _MOVES.items()),
        Action(
            "copy",
            commands.copy_campaign,
            "Make a new campaign after this one",
            commands.CopyCampaign,
            Campaign,
            operation=Operation.CREATE,
        ),
    ),
)
