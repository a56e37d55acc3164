"""Assignment rules over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.assignment_rules import commands
from services.sales.assignment_rules.model import AssignmentRule

RESOURCE: Final = Resource(AssignmentRule, create=commands.create_rule, change=commands.change_rule)
