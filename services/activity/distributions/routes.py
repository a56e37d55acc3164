"""Distributing activities over HTTP: what can be refused is refused before the job begins."""

from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlencode

from aiohttp import web

from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields, TooLarge
from libs.jobs.jobs import Job
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import accepted
from libs.web.api import Route, Rule
from libs.web.drafting import drafted
from libs.web.executing import execute
from libs.web.gateway import GATEWAY, Unanswered
from libs.web.problems import under
from libs.web.references import REFERENCES, Pointer, named, pointers_in
from libs.web.requests import body_of, custom_fields_of, grants_of, parse
from services.activity.activities.model.kinds import AnyActivity
from services.activity.distributions import commands
from services.activity.distributions.model import MOST_RECORDS, Distribute, Page

_PAGE: Final = 1000
_REFUSED: Final = frozenset({400, 403, 404, 422})
_MOST_ERRORS: Final = 20


class TooManyRecords(TooLarge):
    code: ClassVar[str] = "too_many_records"


async def distribute(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = parse(body, Distribute)
    with under("/activity"):
        draft = await _draft(request, asked)
    ids = await (_given(request, asked.collection, asked.ids) if asked.ids else _matching(request, asked))

    async def command(work: UnitOfWork) -> Answer:
        with under("/activity"):
            job = await commands.distribute_activity(work, draft, collection=asked.collection, ids=ids, role=asked.role)
        return accepted(job)

    return await execute(request, command, body=body)


async def _draft(request: web.Request, asked: Distribute) -> Draft:
    """The activity with the names of what it points to itself; raises `InvalidFields`."""
    custom = custom_fields_of(request, AnyActivity.collection)
    draft = drafted(AnyActivity, to_json(asked.activity), grants_of(request), custom)
    if asked.role is None and draft.__dict__["regarding"] is not None:
        raise InvalidFields.at(
            "/regarding", "taken", "each activity is regarding its own record, unless a role is given"
        )
    pointers = pointers_in(AnyActivity, draft.__dict__, custom)
    names = await request.app[REFERENCES].names(pointers, request) if pointers else {}
    return draft.model_copy(update=named(AnyActivity, draft.values(), names)) if names else draft


async def _given(request: web.Request, collection: str, ids: Sequence[str]) -> list[str]:
    """The ids of records that there are, each once; raises `InvalidFields` naming the others."""
    led: dict[str, None] = {}
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        pointers = [Pointer(f"/ids/{start + place}", collection, id_, ()) for place, id_ in enumerate(page)]
        errors, leads = await request.app[REFERENCES].split(pointers, request)
        if errors:
            raise InvalidFields("not all of the records are there", errors=list(errors.values())[:_MOST_ERRORS])
        led |= {leads[each.subject].id: None for each in pointers}
    return list(led)


async def _matching(request: web.Request, asked: Distribute) -> list[str]:
    """The ids of what the caller's own list would show, page by page; those of which nobody told yet are asked for."""
    found: dict[str, None] = {}
    last = ""
    while page := [each for each in await _page(request, asked, last) if each not in found]:
        found |= dict.fromkeys(page)
        if len(found) > MOST_RECORDS:
            raise TooManyRecords(f"more than {MOST_RECORDS} {asked.collection} match")
        pointers = [Pointer("/filter", asked.collection, id_, ()) for id_ in page]
        await request.app[REFERENCES].split(pointers, request)
        last = page[-1]
    return list(found)


async def _page(request: web.Request, asked: Distribute, after: str) -> list[str]:
    """The next ids of the list; raises `InvalidFields` where its owner does not understand the filter."""
    wanted = f"({asked.filter}) and id gt '{after}'" if after else str(asked.filter)
    options = urlencode({"$filter": wanted, "$orderby": "id", "$select": "id", "$top": _PAGE})
    try:
        async with request.app[GATEWAY].reading(f"/api/v1/{asked.collection}?{options}", request) as answer:
            return [each.id for each in Page.model_validate_json(await answer.read()).value]
    except Unanswered as refusal:
        if refusal.answered not in _REFUSED:
            raise
        raise InvalidFields.at("/filter", "refused", f"a list of {asked.collection} does not take it") from None


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/activities/distribute",
        distribute,
        Rule(AnyActivity.collection, Operation.CREATE),
        "Begin a job that creates an activity for each of up to 100,000 records",
        Distribute,
        Job,
        status=202,
    ),
)
