"""Opportunities over HTTP."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.opportunities import commands
from services.sales.opportunities.commands import LoseOpportunity, MoveOpportunity, ReopenOpportunity, WinOpportunity
from services.sales.opportunities.model import Opportunity

RESOURCE: Final = Resource(
    Opportunity,
    create=commands.create_opportunity,
    change=commands.change_opportunity,
    actions=(
        Action("win", commands.win_opportunity, "The sale is made", WinOpportunity, Opportunity),
        Action("lose", commands.lose_opportunity, "The sale is lost", LoseOpportunity, Opportunity),
        Action(
            "reopen", commands.reopen_opportunity, "Go on with an ended opportunity", ReopenOpportunity, Opportunity
        ),
        Action("move", commands.move_opportunity, "To another stage", MoveOpportunity, Opportunity),
        Action("hold", commands.hold_opportunity, "Wait for now", None, Opportunity),
        Action("resume", commands.resume_opportunity, "Go on after a hold", None, Opportunity),
    ),
)
