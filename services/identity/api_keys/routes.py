"""API keys over HTTP. An answer that shows a secret is never remembered, so creating one knows no Idempotency-Key."""

from functools import partial
from typing import Annotated, Final

from aiohttp import web
from orjson import Fragment
from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.values import Moment
from libs.domain.fields import Line
from libs.domain.refusals import Forbidden
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.answers import rendered, respond
from libs.web.api import ANYONE, SIGNED_IN, Route
from libs.web.executing import STORE, execute
from libs.web.requests import caller_of, context_of, etag, read_body, whose
from services.identity.api_keys.commands import create_api_key, recognise, revoke_api_key
from services.identity.api_keys.model import ApiKey
from services.identity.api_keys.secret import WrongApiKey
from services.identity.api_keys.tokens import token_for
from services.identity.keys.routes import SIGNING_KEYS
from services.identity.sessions.answers import NOT_STORED, Tokens, answer_tokens
from services.identity.users.model import MOST_ROLES, RoleId
from services.identity.viewing import list_own, read_own


class CreateApiKey(BaseModel):
    """Administrators make keys for other users by `user_id`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    user_id: str | None = None
    roles: Annotated[tuple[RoleId, ...], Field(max_length=MOST_ROLES)] = ()
    expires_at: Moment | None = None


class CreatedApiKey(ApiKey):
    """`secret` goes into `X-API-Key`. It is shown here and never again."""

    secret: str


class KeysMakeNoKeys(Forbidden):
    code = "keys_make_no_keys"

    def __init__(self) -> None:
        super().__init__("An API key cannot make another; sign in with a password.")


async def create(request: web.Request) -> web.Response:
    asked = await read_body(request, CreateApiKey)
    caller = caller_of(request)
    if caller.via == "api_key":
        raise KeysMakeNoKeys
    user_id = asked.user_id or caller.user_id
    if whose(request) not in {None, user_id}:
        raise Forbidden("Only administrators make API keys for others.")

    async def command(work: UnitOfWork) -> Answer:
        made = await create_api_key(work, user_id, name=asked.name, roles=asked.roles, expires_at=asked.expires_at)
        shown = work.public_json(made.key)
        body = shown[:-1] + b',"secret":' + to_json(str(made.secret)) + b"}"
        headers = {"Location": f"/api/v1/api_keys/{made.key.id}", "ETag": etag(made.key.version), **NOT_STORED}
        return Answer(201, to_json(Fragment(body)), headers)

    return respond(await request.app[STORE].run(command, context_of(request)))


async def list_keys(request: web.Request) -> web.Response:
    return await list_own(request, ApiKey)


async def read_key(request: web.Request) -> web.Response:
    return await read_own(request, ApiKey)


async def revoke(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await revoke_api_key(work, request.match_info["id"], only_of=whose(request)))

    return await execute(request, command)


async def exchange(request: web.Request) -> web.Response:
    """A short access token for the key; what it may do is decided anew each time."""
    text = request.headers.get("X-API-Key")
    if text is None:
        raise WrongApiKey
    holder = await request.app[STORE].run(partial(recognise, text=text), context_of(request))
    access, seconds = token_for(holder, request.app[SIGNING_KEYS], at=utc_now())
    return answer_tokens(Tokens(access_token=access, expires_in=seconds))


ROUTES: Final = (
    Route("POST", "/api/v1/auth/exchange", exchange, ANYONE, "Get a token for an API key", answer=Tokens),
    Route("GET", "/api/v1/api_keys", list_keys, SIGNED_IN, "List API keys", answer=ApiKey, lists=True),
    Route("GET", "/api/v1/api_keys/{id}", read_key, SIGNED_IN, "Read one API key", answer=ApiKey),
    Route("POST", "/api/v1/api_keys", create, SIGNED_IN, "Make an API key", CreateApiKey, CreatedApiKey, status=201),
    Route("POST", "/api/v1/api_keys/{id}/revoke", revoke, SIGNED_IN, "End an API key at once", answer=ApiKey),
)
