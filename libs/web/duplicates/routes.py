"""Duplicates on demand: of one record at once, of a whole collection by a job."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from libs.domain.grants import Operation, hidden_fields, row_filter
from libs.domain.refusals import InvalidFields
from libs.jobs import jobs
from libs.jobs.jobs import Job, JobKind, begin
from libs.store.reach import query_of
from libs.store.requests import Answer
from libs.store.store import Document
from libs.store.work import UnitOfWork
from libs.web.answers import accepted, json_response
from libs.web.api import Route, Rule
from libs.web.duplicates import groups
from libs.web.duplicates.asking import AskForDuplicates, Asking, Candidates
from libs.web.duplicates.finding import FindDuplicates
from libs.web.executing import STORE, execute
from libs.web.requests import caller_of, grants_of, whose
from libs.web.resource import Resource

FINDING: Final = web.AppKey("find_duplicates", JobKind[FindDuplicates])
_MOST: Final = 100
_OPTIONS: Final = {
    "job_id": "the job that has found them",
    "after": "the group that the page before ended with",
}


class DuplicateGroup(BaseModel):
    """Records that are the same, as far as the rules (their ids) tell; `score` is that of the least alike pair.

    `ids` are those of up to 100 of its records that the caller may see.
    """

    number: int
    ids: tuple[str, ...]
    rules: tuple[str, ...]
    score: float


class DuplicateGroups(BaseModel):
    """Of up to 100 groups those of which the caller sees two records. `next` is the `after` of the next page."""

    value: tuple[DuplicateGroup, ...]
    next: int | None


async def find_duplicates(collection: str, request: web.Request) -> web.Response:
    caller = caller_of(request)

    async def command(work: UnitOfWork) -> Answer:
        task = FindDuplicates(collection=collection, roles=caller.roles, via=caller.via)
        begun = begin(work, request.app[FINDING], task)
        return accepted(begun)

    return await execute(request, command)


async def list_groups(collection: str, request: web.Request) -> web.Response:
    """Those of the caller's own job; administrators see what any has found."""
    store, after = request.app[STORE], request.query.get("after", "0")
    if not after.isdecimal():
        raise InvalidFields.at("after", "wrong_type", "the number of a group")
    job = await jobs.find(store, request.query.get("job_id", ""), owner_id=whose(request))
    found = await groups.page(store, job.id, after=int(after), limit=_MOST)
    page = DuplicateGroups(
        value=tuple(await _visible(request, collection, found)),
        next=found[-1]["number"] if len(found) == _MOST else None,
    )
    return json_response(page.model_dump_json().encode())


async def _visible(request: web.Request, collection: str, found: Sequence[Document]) -> list[DuplicateGroup]:
    """What the caller may see of the groups now: records that are there, and rules over fields open to them."""
    store, grants = request.app[STORE], grants_of(request)
    hidden = hidden_fields(grants, collection)
    closed = {rule.id for rule in store.duplicate_rules(collection).rules if rule.tells_of(hidden)}
    ids = [id_ for group in found for id_ in group["ids"]]
    rows = query_of(row_filter(grants, collection, Operation.READ))
    seen = await groups.visible(store, collection, ids, rows)
    shown = [
        DuplicateGroup(
            number=group["number"],
            ids=tuple(id_ for id_ in group["ids"] if id_ in seen),
            rules=tuple(rule for rule in group["rules"] if rule not in closed),
            score=round(group["score"], 3),
        )
        for group in found
    ]
    return [group for group in shown if len(group.ids) > 1 and group.rules]


def duplicate_routes(resources: Sequence[Resource[Any]]) -> Iterator[Route]:
    for resource in resources:
        name, read = resource.collection, Rule(resource.collection, Operation.READ)
        base = f"/api/v1/{name}"
        yield Route(
            "POST",
            f"{base}/duplicates",
            Asking(resource).answer,
            read,
            f"What of the {name} may be the same as one, or as what is about to be created",
            AskForDuplicates,
            Candidates,
        )
        yield Route(
            "POST",
            f"{base}/find_duplicates",
            partial(find_duplicates, name),
            read,
            f"Find those of the {name} that may be the same",
            answer=Job,
            status=202,
        )
        yield Route(
            "GET",
            f"{base}/duplicates",
            partial(list_groups, name),
            read,
            f"The groups of {name} that such a job has found",
            answer=DuplicateGroups,
            options=_OPTIONS,
        )
