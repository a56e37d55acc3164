"""Scoring rules over HTTP. They are not removed, lest those of a fresh installation come back: one is deactivated."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.scoring_rules import commands
from services.sales.scoring_rules.model import ScoringRule

RESOURCE: Final = Resource(
    ScoringRule,
    create=commands.create_rule,
    change=commands.change_rule,
    removable=False,
    actions=(
        Action("deactivate", commands.deactivate_rule, "Give no points by the rule for now", answer=ScoringRule),
        Action("activate", commands.activate_rule, "Give points by the rule again", answer=ScoringRule),
    ),
)
