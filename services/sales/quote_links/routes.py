"""Links to quotes over HTTP: made by who is signed in, followed by who has one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from libs.domain.refusals import InvalidFields, MoveRefused, NotFound, Refusal, TooLarge
from libs.store.clock import utc_now
from libs.store.errors import Duplicate
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import ANYONE, Handler, Route, Rule
from libs.web.executing import STORE, execute, execute_asked
from libs.web.requests import address_of, body_of, context_of
from libs.web.settings import SETTINGS
from services.sales.printing import commands as printing
from services.sales.printing.model import Addressed
from services.sales.printing.routes import pdf_response
from services.sales.quote_links import commands
from services.sales.quote_links.model import (
    READABLE,
    AcceptByLink,
    DeclineByLink,
    LinkExpired,
    LinkNotValid,
    MakeLink,
    Standing,
    standing_of,
    token_of,
)
from services.sales.quote_links.page import HEADERS, PRIVATE, notice_page, quote_page, wording_of
from services.sales.quote_links.store import key_of
from services.sales.quote_links.words import language_for, page_words_of
from services.sales.quotes.letter import letter_of
from services.sales.quotes.model import Acceptance, PublicLink, Quote

_BASE: Final = "/api/v1/quote_links/{token}"
_QUOTE: Final = "/api/v1/quotes/{id}"
_WRITE: Final = Rule("quotes", Operation.WRITE)
_LARGEST_FORM: Final = 16 * 1024

Opened = tuple[Quote, Addressed]
Decide = Callable[[UnitOfWork, Quote, Addressed], Awaitable[Quote]]


class MadeLink(BaseModel):
    url: str
    expires_at: datetime


async def make_link(request: web.Request) -> web.Response:
    key = await key_of(request.app[STORE])

    async def command(work: UnitOfWork, asked: MakeLink) -> Answer:
        quote = await commands.make_link(work, request.match_info["id"], asked.days)
        if quote.link is None:
            raise LinkNotValid
        url = address_of_link(request.app[SETTINGS].public_url, quote, quote.link, key)
        return rendered(work, MadeLink(url=url, expires_at=quote.link.expires_at))

    return await execute_asked(request, MakeLink, command)


def address_of_link(public_url: str, quote: Quote, link: PublicLink, key: bytes) -> str:
    """The address where customers find the page of the quote."""
    return public_url.rstrip("/") + _BASE.format(token=token_of(quote, link, key))


async def revoke_link(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.revoke_link(work, request.match_info["id"]))

    return await execute(request, command, body=await body_of(request))


def friendly(handler: Handler) -> Handler:
    """Whoever follows a link reads a page, whatever happens."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            language = language_for(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
            words = page_words_of(language)
            match refusal:
                case NotFound():
                    notice = words.not_valid
                case LinkExpired():
                    notice = words.expired
                case _:
                    notice = words.refused
            return _html(notice_page(language, notice), status=refusal.status)

    return answer


async def show(request: web.Request) -> web.Response:
    quote, addressed = await _follow(request)
    return await _page(request, quote, addressed)


async def download(request: web.Request) -> web.Response:
    quote, addressed = await _follow(request)
    if standing_of(quote, utc_now().date()) not in READABLE:
        raise web.HTTPSeeOther(_path(request))
    response = await pdf_response(request, addressed)
    response.headers.update(PRIVATE)
    return response


async def accept(request: web.Request) -> web.Response:
    try:
        asked = AcceptByLink.model_validate(await _form(request))
    except ValidationError:
        quote, addressed = await _follow(request)
        problem = page_words_of(addressed.recipient.language).name_missing
        return await _page(request, quote, addressed, problem=problem)

    async def decide(work: UnitOfWork, quote: Quote, addressed: Addressed) -> Quote:
        acceptance = Acceptance(
            name=asked.name, at=work.now, address=address_of(request), wording=wording_of(addressed)
        )
        return await commands.accept(work, quote, acceptance)

    return await _decided(request, decide)


async def decline(request: web.Request) -> web.Response:
    try:
        asked = DeclineByLink.model_validate(await _form(request))
    except ValidationError:
        raise InvalidFields.at("/reason", "too_long", "at most 200 characters") from None

    async def decide(work: UnitOfWork, quote: Quote, _: Addressed) -> Quote:
        return await commands.decline(work, quote, asked.reason or None)

    return await _decided(request, decide)


async def _decided(request: web.Request, decide: Decide) -> web.Response:
    """Leads back to the page, which tells what came of it, or of who was quicker."""
    try:
        await _follow(request, decide)
    except (Duplicate, MoveRefused):
        quote, _ = await _follow(request)
        if standing_of(quote, utc_now().date()) is Standing.OPEN:
            raise
    return web.Response(status=303, headers={**HEADERS, hdrs.LOCATION: _path(request)})


async def _follow(request: web.Request, decide: Decide | None = None) -> Opened:
    store = request.app[STORE]
    key = await key_of(store)

    async def command(work: UnitOfWork) -> Opened:
        quote = await commands.follow(work, request.match_info["token"], key)
        addressed = await printing.address(work, letter_of(quote, work.now.date()))
        return (quote if decide is None else await decide(work, quote, addressed)), addressed

    return await store.run(command, context_of(request))


async def _form(request: web.Request) -> dict[str, object]:
    if request.content_length is None or request.content_length > _LARGEST_FORM:
        raise TooLarge(f"a form may have {_LARGEST_FORM} bytes", limit=_LARGEST_FORM)
    return dict(await request.post())


async def _page(
    request: web.Request, quote: Quote, addressed: Addressed, *, problem: str | None = None
) -> web.Response:
    path, today = _path(request), utc_now().date()
    text = await asyncio.to_thread(quote_page, quote, addressed, path=path, today=today, problem=problem)
    return _html(text, status=422 if problem else 200)


def _path(request: web.Request) -> str:
    return _BASE.format(token=request.match_info["token"])


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)


ROUTES: Final = (
    Route(
        "POST", f"{_QUOTE}/link", make_link, _WRITE, "Make a link for a customer without an account", MakeLink, MadeLink
    ),
    Route("POST", f"{_QUOTE}/revoke_link", revoke_link, _WRITE, "Let the link to a quote lead nowhere", answer=Quote),
    Route("GET", _BASE, friendly(show), ANYONE, "The quote as a page", media=("text/html",)),
    Route("GET", f"{_BASE}/pdf", friendly(download), ANYONE, "The quote as PDF", media=("application/pdf",)),
    Route("POST", f"{_BASE}/accept", friendly(accept), ANYONE, "Accept the quote by a form", media=("text/html",)),
    Route("POST", f"{_BASE}/decline", friendly(decline), ANYONE, "Decline the quote by a form", media=("text/html",)),
)
