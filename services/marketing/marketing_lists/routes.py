"""Marketing lists over HTTP, and their members."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from libs.domain.grants import trimmed
from libs.domain.refusals import InvalidFields
from libs.store.copies import known_copies, seen
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.references import REFERENCES, Pointer
from libs.web.requests import body_of, grants_of, parse
from libs.web.resource import Action, Resource
from services.marketing.marketing_lists import commands, store
from services.marketing.marketing_lists.commands import ChooseMembers
from services.marketing.marketing_lists.model import MarketingList, MemberKind

_ONE: Final = "/api/v1/marketing_lists/{id}"
_WRITE: Final = Rule("marketing_lists", Operation.WRITE)
_READ: Final = Rule("marketing_lists", Operation.READ)
_MOST: Final = 1000


async def add_members(request: web.Request) -> web.Response:
    """Members must exist; whoever is on the list already stays once."""
    body = await body_of(request)
    wanted = parse(body, ChooseMembers)
    list_id = request.match_info["id"]
    grants = grants_of(request)
    current = await read_one(request.app[STORE], MarketingList, list_id, grants, to=Operation.WRITE)
    collection = MemberKind(current["member_kind"]).collection
    pointers = [
        Pointer(f"/member_ids/{number}", collection, member_id, (collection,))
        for number, member_id in enumerate(wanted.member_ids)
    ]
    leads = await request.app[REFERENCES].names(pointers, request)
    there = ChooseMembers(member_ids=tuple(leads[each.subject].id for each in pointers))

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.add_members(work, list_id, there))

    return await execute(request, command, body=body)


async def list_members(request: web.Request) -> web.Response:
    """A page of members by id, each with its consent; `after` is the last id of the page before."""
    top = request.query.get("$top", "50")
    if not top.isdecimal() or not 0 < int(top) <= _MOST:
        raise InvalidFields.at("$top", "out_of_range", f"must be 1 to {_MOST}")
    list_id = request.match_info["id"]
    current = await read_one(request.app[STORE], MarketingList, list_id, grants_of(request))
    members = await store.page(request.app[STORE], list_id, after=request.query.get("after", ""), top=int(top))
    collection = MemberKind(current["member_kind"]).collection
    shown = members[: int(top)]
    consents = await _consents(request, [f"{collection}/{member['member_id']}" for member in shown])
    body = {
        "value": [
            {
                "collection": collection,
                "id": member["member_id"],
                "added_at": member["added_at"],
                "consent": consents.get(f"{collection}/{member['member_id']}"),
            }
            for member in shown
        ],
        "@odata.count": await store.count(request.app[STORE], list_id),
    }
    if len(members) > len(shown):
        body["@odata.nextLink"] = f"{request.path}?$top={top}&after={shown[-1]['member_id']}"
    return json_response(to_json(body))


async def _consents(request: web.Request, subjects: Sequence[str]) -> dict[str, object]:
    """By which channels members may be approached, as far as that is known and the caller may see it."""
    store, grants = request.app[STORE], grants_of(request)
    visible = await seen(store, subjects, grants)
    copies = await known_copies(store, visible)
    return {
        subject: trimmed(row.get("fields", {}), grants, subject.partition("/")[0]).get("consent")
        for subject, row in copies.items()
    }


RESOURCE: Final = Resource(
    MarketingList,
    change=commands.change_list,
    actions=(
        Action("remove_members", commands.remove_members, "Take members off the list", ChooseMembers, MarketingList),
    ),
)

ROUTES: Final = (
    Route("POST", f"{_ONE}/add_members", add_members, _WRITE, "Put members on the list", ChooseMembers, MarketingList),
    Route("GET", f"{_ONE}/members", list_members, _READ, "Who is on the list"),
)
