"""Which roles there are and what each allows."""

from typing import Final

import orjson
from aiohttp import web
from pydantic import BaseModel

from libs.contracts.identity import Role
from libs.web.access import ROLES
from libs.web.answers import json_response
from libs.web.api import SIGNED_IN, Route
from services.identity.roles.model import DESCRIPTIONS


class RoleView(BaseModel):
    """`allows` names operations by collection; None means everything, everywhere."""

    id: Role
    name: str
    description: str
    allows: dict[str, list[str]] | None


async def list_roles(_: web.Request) -> web.Response:
    value = [_view(role).model_dump(mode="json") for role in Role]
    return json_response(orjson.dumps({"value": value}))


def _view(role: Role) -> RoleView:
    allowed = ROLES.get(role)
    allows = None
    if allowed is not None:
        allows = {collection: sorted(map(str, operations)) for collection, operations in allowed.items()}
    name = role.replace("_", " ").capitalize()
    return RoleView(id=role, name=name, description=DESCRIPTIONS[role], allows=allows)


ROUTES: Final = (Route("GET", "/api/v1/roles", list_roles, SIGNED_IN, "The roles and what they allow"),)
