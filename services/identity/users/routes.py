"""Users over HTTP: a resource for administrators, and `me` for everybody."""

from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from libs.domain.grants import EVERYTHING
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered, respond
from libs.web.api import SIGNED_IN, Route, Rule
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY, caller_of, context_of, etag, if_match, read_body
from libs.web.resource import Action, Resource
from services.identity.second_factor.commands import remove_of
from services.identity.users.commands import (
    activate_user,
    change_own_password,
    change_user,
    create_user,
    deactivate_user,
    set_password,
    unlock_user,
)
from services.identity.users.model import User
from services.identity.users.passwords import Passwords

PASSWORDS: Final = web.AppKey("passwords", Passwords)

Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class NewPassword(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    password: Password


class ChangePassword(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: Password
    password: Password


class Me(User):
    """The caller's own user, with the sign-in or API key they act through."""

    session_id: str
    via: str


RESOURCE: Final = Resource(
    User,
    create=create_user,
    change=change_user,
    removable=False,
    actions=(
        Action("deactivate", deactivate_user, "Shut the user out at once", answer=User),
        Action("activate", activate_user, "Let the user in again", answer=User),
        Action("unlock", unlock_user, "Forget failed sign-ins", answer=User),
        Action("remove_second_factor", remove_of, "Let the user sign in by the password alone", answer=User),
    ),
)


async def set_password_of(request: web.Request) -> web.Response:
    """Not run like other actions, which may keep a digest of their body: this one has a password in it."""
    password = (await read_body(request, NewPassword)).password.get_secret_value()

    async def command(work: UnitOfWork) -> Answer:
        user_id = request.match_info["id"]
        return rendered(work, await set_password(work, user_id, password, request.app[PASSWORDS]))

    return respond(await request.app[STORE].run(command, context_of(request), if_match=if_match(request)))


async def me(request: web.Request) -> web.Response:
    caller = caller_of(request)
    view = await read_one(request.app[STORE], User, caller.user_id, EVERYTHING)
    own = {"roles": request.app[DIRECTORY].roles_of(caller), "session_id": caller.session_id, "via": caller.via}
    return json_response(to_json({**view, **own}), headers={"ETag": etag(view["version"])})


async def set_own_password(request: web.Request) -> web.Response:
    asked = await read_body(request, ChangePassword)
    caller = caller_of(request)

    async def command(work: UnitOfWork) -> Answer:
        user = await change_own_password(
            work,
            caller.user_id,
            asked.current_password.get_secret_value(),
            asked.password.get_secret_value(),
            request.app[PASSWORDS],
            keeping=caller.session_id,
        )
        return rendered(work, user)

    return respond(await request.app[STORE].run(command, context_of(request)))


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/users/{id}/set_password",
        set_password_of,
        Rule("users", Operation.WRITE),
        "Give the user a password; ends their sign-ins",
        NewPassword,
        User,
    ),
    Route("GET", "/api/v1/me", me, SIGNED_IN, "Who is signed in", answer=Me),
    Route(
        "POST", "/api/v1/me/set_password", set_own_password, SIGNED_IN, "Change one's password", ChangePassword, User
    ),
)
