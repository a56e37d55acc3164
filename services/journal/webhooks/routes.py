"""Webhooks over HTTP. An answer that shows a secret is never remembered, so those requests know no Idempotency-Key."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from aiohttp import web
from orjson import Fragment

from libs.domain.record import draft_of
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import created, rendered, respond
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute_asked
from libs.web.requests import context_of, if_match, read_body
from libs.web.resource import Action, Resource
from services.journal.deliveries.signature import SECRET_BYTES, secret_of
from services.journal.webhooks import commands
from services.journal.webhooks.commands import Redeliver, Redelivering
from services.journal.webhooks.model import Webhook, require_secure

_BASE: Final = f"/api/v1/{Webhook.collection}"
_CREATE: Final = Rule(Webhook.collection, Operation.CREATE)
_WRITE: Final = Rule(Webhook.collection, Operation.WRITE)


class WebhookWithSecret(Webhook):
    """`secret` is what its receiver verifies signatures by. It is shown here and never again."""

    secret: str


def resource(*, allow_http: bool) -> Resource[Webhook]:
    async def change(work: UnitOfWork, current: Webhook, wanted: Webhook) -> Webhook:
        require_secure(wanted.url, allow_http=allow_http)
        return await commands.change_webhook(work, current, wanted)

    return Resource(
        Webhook,
        change=change,
        restore=commands.restore_webhook,
        creatable=False,
        actions=(
            Action("activate", commands.activate_webhook, "Deliver again", None, Webhook),
            Action("ping", commands.ping_webhook, "Send an event to this webhook alone", None, Webhook),
            Action(
                "assign",
                commands.assign_webhook,
                "Take the webhook over",
                commands.AssignWebhook,
                Webhook,
                Operation.ASSIGN,
            ),
        ),
    )


def routes(*, allow_http: bool) -> tuple[Route, ...]:
    one = f"{_BASE}/{{id}}"
    draft = draft_of(Webhook)
    making = partial(create, allow_http=allow_http)
    return (
        Route("POST", _BASE, making, _CREATE, "Create a webhook", draft, WebhookWithSecret, status=201),
        Route(
            "POST", f"{one}/rotate_secret", rotate_secret, _WRITE, "Sign with a new secret", answer=WebhookWithSecret
        ),
        Route("POST", f"{one}/redeliver", redeliver, _WRITE, "Deliver again", Redeliver, Redelivering),
    )


async def create(request: web.Request, *, allow_http: bool) -> web.Response:
    draft = await read_body(request, draft_of(Webhook))
    require_secure(draft.__dict__["url"], allow_http=allow_http)

    async def make(work: UnitOfWork, secret: str) -> Answer:
        return created(work, await commands.create_webhook(work, draft, secret=secret))

    return await _showing_secret(request, make)


async def rotate_secret(request: web.Request) -> web.Response:
    async def change(work: UnitOfWork, secret: str) -> Answer:
        return rendered(work, await commands.rotate_secret(work, request.match_info["id"], secret=secret))

    return await _showing_secret(request, change)


async def _showing_secret(
    request: web.Request, command: Callable[[UnitOfWork, str], Awaitable[Answer]]
) -> web.Response:
    """Runs the command with a new secret, and answers with its webhook and the secret."""
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))

    async def run(work: UnitOfWork) -> Answer:
        answer = await command(work, secret)
        body = answer.body[:-1] + b',"secret":' + to_json(secret) + b"}"
        return Answer(answer.status, to_json(Fragment(body)), {**answer.headers, "Cache-Control": "no-store"})

    return respond(await request.app[STORE].run(run, context_of(request), if_match=if_match(request)))


async def redeliver(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork, wanted: Redeliver) -> Answer:
        return rendered(work, await commands.redeliver(work, request.match_info["id"], wanted))

    return await execute_asked(request, Redeliver, command)
