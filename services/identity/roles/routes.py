"""Roles over HTTP. They are not removed, as users may have them: one that is not wanted is deactivated."""

from typing import Final

from libs.web.resource import Action, Resource
from services.identity.roles import commands
from services.identity.roles.model import Role

RESOURCE: Final = Resource(
    Role,
    create=commands.create_role,
    change=commands.change_role,
    removable=False,
    actions=(
        Action("deactivate", commands.deactivate_role, "Let the role allow nothing for now", answer=Role),
        Action("activate", commands.activate_role, "Let the role allow again what it says", answer=Role),
    ),
)
