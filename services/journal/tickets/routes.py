"""`POST /api/v1/events/ticket`: for a browser's `EventSource`, which cannot send an `Authorization` header."""

import secrets
from dataclasses import asdict
from typing import Final

from aiohttp import web

from libs.contracts.values import Value
from libs.store.documents import to_json
from libs.store.store import Store
from libs.web.answers import json_response
from libs.web.api import SIGNED_IN, Route
from libs.web.authentication import Caller
from libs.web.executing import STORE
from libs.web.requests import caller_of
from services.journal.tickets import store


class Ticket(Value):
    """For `GET /api/v1/events/stream?ticket=…`, once and within `expires_in` seconds."""

    ticket: str
    expires_in: int


async def issue(request: web.Request) -> web.Response:
    ticket = Ticket(ticket=secrets.token_urlsafe(32), expires_in=int(store.LASTS.total_seconds()))
    await store.keep(request.app[STORE], ticket.ticket, asdict(caller_of(request)))
    return json_response(to_json(ticket.model_dump()), headers={"Cache-Control": "no-store"})


async def bearer_of(ticket: str, own: Store) -> Caller:
    """Uses the ticket up, and tells whom it stands for; raises `Unauthenticated`."""
    bearer = await store.redeem(own, ticket)
    return Caller(**{**bearer, "roles": tuple(bearer["roles"])})


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/events/ticket",
        issue,
        SIGNED_IN,
        "A ticket to follow the events in a browser",
        answer=Ticket,
    ),
)
