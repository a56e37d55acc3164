"""Occurrences over HTTP: those in a window, and what people do with single ones."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from libs.domain.grants import trimmed
from libs.domain.refusals import InvalidFields
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Handler, Route, Rule
from libs.web.executing import STORE, execute_asked
from libs.web.requests import context_of, grants_of
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Meeting, Occurrence
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.recurring_appointment import (
    ChangeFollowing,
    ChangeOccurrence,
    RecurringAppointment,
)
from services.activity.activities.routes import warn_of_overlaps
from services.activity.series import commands
from services.activity.series.commands import Split

LONGEST_WINDOW: Final = timedelta(days=366)
WINDOW: Final = {"from": "where the window begins", "to": "where it ends, at most 366 days later"}
_ONE: Final = "/api/v1/activities/{id}"


def window_of(request: web.Request) -> tuple[datetime, datetime]:
    """`from` and `to` of a query; raises `InvalidFields`."""
    begin, end = (_moment(request, name) for name in WINDOW)
    if not begin <= end <= begin + LONGEST_WINDOW:
        raise InvalidFields.at("to", "out_of_range", f"from 0 to {LONGEST_WINDOW.days} days after from")
    return begin, end


def _moment(request: web.Request, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.query.get(name, "").replace(" ", "+"))
    except ValueError:
        raise InvalidFields.at(name, "invalid_moment", "a time is wanted, such as 2026-05-04T09:30:00Z") from None
    if moment.tzinfo is None:
        raise InvalidFields.at(name, "invalid_moment", "the time must say its offset, such as Z")
    return moment


async def list_occurrences(request: web.Request) -> web.Response:
    """When an appointment takes place in a window, in order."""

    async def read(work: UnitOfWork) -> Activity:
        return await work.get_target(AnyActivity, request.match_info["id"])

    activity = await request.app[STORE].run(read, context_of(request))
    found = activity.occurrences(*window_of(request)) if isinstance(activity, Meeting) else ()
    shown = [trimmed(each.model_dump(), grants_of(request), AnyActivity.collection) for each in found]
    return json_response(to_json({"value": shown}))


def _acting(command: Callable[..., Awaitable[RecurringAppointment | Split]], body: type[BaseModel]) -> Handler:
    async def act(request: web.Request) -> web.Response:
        async def run(work: UnitOfWork, wanted: BaseModel) -> Answer:
            result = await command(work, request.match_info["id"], wanted)
            return rendered(work, result, await warn_of_overlaps(work, _newest(result)))

        return await execute_asked(request, body, run)

    return act


def _newest(result: RecurringAppointment | Split) -> RecurringAppointment:
    """The series of those in an answer that has times which were not there before."""
    return result.following if isinstance(result, Split) else result


def _action(
    name: str,
    command: Callable[..., Awaitable[RecurringAppointment | Split]],
    summary: str,
    body: type[BaseModel],
    answer: type[BaseModel] = RecurringAppointment,
) -> Route:
    rule = Rule(AnyActivity.collection, Operation.WRITE)
    return Route("POST", f"{_ONE}/{name}", _acting(command, body), rule, summary, body, answer)


ROUTES: Final = (
    Route(
        "GET",
        f"{_ONE}/occurrences",
        list_occurrences,
        Rule(AnyActivity.collection, Operation.READ),
        "When an appointment takes place in a window of time",
        answer=Occurrence,
        lists=True,
        options=WINDOW,
    ),
    _action(
        "change_occurrence", commands.change_occurrence, "Move or change one occurrence of a series", ChangeOccurrence
    ),
    _action("cancel_occurrence", commands.cancel_occurrence, "Cancel one occurrence", commands.NameOccurrence),
    _action("restore_occurrence", commands.restore_occurrence, "As the rule has it once more", commands.NameOccurrence),
    _action(
        "change_following",
        commands.change_following,
        "Change an occurrence and all that follow, which become a series of their own",
        ChangeFollowing,
        Split,
    ),
    _action("cancel_following", commands.cancel_following, "End a series before a day", commands.NameOccurrence),
)
