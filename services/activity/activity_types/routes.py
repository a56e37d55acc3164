"""Types of activity over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.activity.activity_types import commands
from services.activity.activity_types.model import ActivityType

RESOURCE: Final[Resource[ActivityType]] = Resource(
    ActivityType, create=commands.create_type, change=commands.change_type, remove=commands.remove_type
)
