"""Duplicate rules over HTTP. They are not removed, lest those of a fresh installation come back: one is deactivated."""

from typing import Final

from libs.web.resource import Action, Resource
from services.identity.duplicate_rules import commands
from services.identity.duplicate_rules.model import DuplicateRule

RESOURCE: Final = Resource(
    DuplicateRule,
    create=commands.create_rule,
    change=commands.change_rule,
    removable=False,
    actions=(
        Action("deactivate", commands.deactivate_rule, "Find nothing by the rule for now", answer=DuplicateRule),
        Action("activate", commands.activate_rule, "Find duplicates by the rule again", answer=DuplicateRule),
    ),
)
