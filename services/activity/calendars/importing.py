"""An iCalendar file taken over event by event: by its UID each is added or changed, and a bad one stops no other."""

import asyncio
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web
from icalendar import Calendar
from pydantic import ValidationError

from libs.contracts.values import Value
from libs.domain.refusals import InvalidFields, Refusal, TooLarge, UnsupportedMedia
from libs.store.documents import to_json
from libs.store.work import UnitOfWork
from libs.web.drafting import drafted
from libs.web.executing import STORE
from libs.web.patching import patch_of, revised
from libs.web.problems import refusal_of
from libs.web.requests import context_of, custom_fields_of, grants_of
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.calendars import commands
from services.activity.calendars.reading import ImportedEvent, NotUnderstood, Parts, calendar_in, imported, parts_of

CONTENT_TYPE: Final = "text/calendar"
LARGEST: Final = 2 * 1024 * 1024
MOST_EVENTS: Final = 1_000

_OF_A_CREATE: Final = frozenset({"type", "uid"})


class ImportOutcome(Value):
    """What became of one event: the activity that it is now, or why there is none."""

    uid: str
    status: str
    id: str | None = None
    code: str | None = None
    detail: str | None = None


class ImportResult(Value):
    added: int
    changed: int
    unchanged: int
    refused: int
    events: tuple[ImportOutcome, ...]


async def calendar_of_request(request: web.Request) -> Calendar:
    """Raises `UnsupportedMedia`, `TooLarge` or `Malformed`."""
    if request.content_type != CONTENT_TYPE:
        raise UnsupportedMedia(f"send {CONTENT_TYPE}, not {request.content_type}")
    body = await request.read()
    if len(body) > LARGEST:
        raise TooLarge(f"a calendar has at most {LARGEST} bytes")
    return await asyncio.to_thread(calendar_in, body)


async def import_calendar(request: web.Request, zone: ZoneInfo) -> ImportResult:
    parts = parts_of(await calendar_of_request(request))
    if len(parts) > MOST_EVENTS:
        raise TooLarge(f"a calendar has at most {MOST_EVENTS} events")
    outcomes = [await _one(request, uid, each, zone) for uid, each in parts.items()]

    def number(status: str) -> int:
        return sum(outcome.status == status for outcome in outcomes)

    return ImportResult(
        added=number("added"),
        changed=number("changed"),
        unchanged=number("unchanged"),
        refused=number("refused"),
        events=tuple(outcomes),
    )


async def _one(request: web.Request, uid: str, parts: Parts, zone: ZoneInfo) -> ImportOutcome:
    try:
        event = imported(uid, parts, zone=zone)
        return await request.app[STORE].run(lambda work: _take_over(request, work, event), context_of(request))
    except NotUnderstood as error:
        return ImportOutcome(uid=uid, status="refused", code="not_understood", detail=str(error))
    except ValidationError as error:
        return _refused(uid, refusal_of(error))
    except Refusal as refusal:
        return _refused(uid, refusal)


def _refused(uid: str, refusal: Refusal) -> ImportOutcome:
    code = refusal.errors[0].code if refusal.errors else refusal.code
    return ImportOutcome(uid=uid, status="refused", code=code, detail=refusal.detail)


async def _take_over(request: web.Request, work: UnitOfWork, event: ImportedEvent) -> ImportOutcome:
    current = await commands.find_by_uid(work, event.uid, work.context.actor_id)
    if current is None:
        if event.canceled:
            return ImportOutcome(uid=event.uid, status="unchanged")
        custom = custom_fields_of(request, AnyActivity.collection)
        given = {name: value for name, value in event.fields.items() if value is not None}
        draft = drafted(AnyActivity, to_json(given), grants_of(request), custom)
        added = await commands.add_imported(work, draft, event.exceptions)
        return ImportOutcome(uid=event.uid, status="added", id=added.id)
    if event.fields["type"] != current.type:
        raise InvalidFields.at("/type", "type_changed", f"it is kept as {current.type}")
    kept: Activity
    if event.canceled:
        kept = await commands.cancel_imported(work, current)
    else:
        fields = {name: value for name, value in event.fields.items() if name not in _OF_A_CREATE}
        wanted = revised(current, patch_of(to_json(fields)))
        kept = await commands.change_imported(work, current, wanted, event.exceptions)
    return ImportOutcome(uid=event.uid, status="unchanged" if kept is current else "changed", id=kept.id)
