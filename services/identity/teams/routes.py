"""Teams over HTTP. They are not removed, as they may own records: one that is not wanted is deactivated."""

from typing import Final

from libs.web.resource import Resource
from services.identity.teams.model import Team

RESOURCE: Final = Resource(Team, removable=False)
