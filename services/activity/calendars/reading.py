"""What other calendars say (RFC 5545), as the fields of activities; and what people answer (RFC 5546)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDDDLists, vDDDTypes, vDuration, vRecur

from libs.contracts.activity import PartyResponse
from libs.domain.recurrence import day_begins, zones
from libs.domain.refusals import Malformed
from services.activity.invitations.model import Answer

_ANSWERS: Final = {
    "ACCEPTED": PartyResponse.ACCEPTED,
    "DECLINED": PartyResponse.DECLINED,
    "TENTATIVE": PartyResponse.TENTATIVE,
}


class NotUnderstood(ValueError):
    """Why an event cannot be taken over."""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event by its UID: `fields` of an activity, and what is otherwise on single days of a series."""

    uid: str
    fields: Mapping[str, Any]
    exceptions: Sequence[Mapping[str, Any]] = ()
    canceled: bool = False


@dataclass(slots=True)
class Parts:
    """The events of one UID: the first one, and those that change single days of it."""

    main: Event | None = None
    changes: list[Event] = field(default_factory=list)


def calendar_in(text: bytes) -> Calendar:
    """Raises `Malformed`."""
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError) as error:
        raise Malformed(f"not an iCalendar file: {error}") from None
    if not isinstance(calendar, Calendar):
        raise Malformed("not an iCalendar file: no VCALENDAR")
    return calendar


def parts_of(calendar: Calendar) -> dict[str, Parts]:
    """The events of a calendar by their UID, those without one under an empty text."""
    parts: dict[str, Parts] = {}
    for event in calendar.events:
        each = parts.setdefault(str(event.get("uid", "")), Parts())
        if "recurrence-id" in event:
            each.changes.append(event)
        else:
            each.main = event
    return parts


def imported(uid: str, parts: Parts, *, zone: ZoneInfo) -> ImportedEvent:
    """An event as an activity has it; times that name no zone are in `zone`. Raises `NotUnderstood`."""
    event = parts.main
    if event is None:
        raise NotUnderstood("a changed occurrence without its series")
    if not uid:
        raise NotUnderstood("an event without a UID")
    start, all_day, own = _start_of(event, zone)
    fields: dict[str, Any] = {
        "type": "recurring_appointment" if "rrule" in event else "appointment",
        "uid": uid,
        "subject": str(event.get("summary") or "(no subject)")[:200],
        "start": start,
        "end": _end_of(event, start, own),
        "time_zone": own.key,
        "all_day": all_day,
        "place": str(event["location"])[:200] if event.get("location") else None,
        "agenda": str(event["description"])[:20_000] if event.get("description") else None,
    }
    exceptions: list[Mapping[str, Any]] = []
    if "rrule" in event:
        fields["rule"] = _rule_of(event)
        exceptions = [*_left_out(event, own), *(_change(each, own) for each in parts.changes)]
    return ImportedEvent(uid, fields, exceptions, str(event.get("status", "")).upper() == "CANCELLED")


def answers_in(calendar: Calendar) -> list[Answer]:
    """What each person who answers says in a REPLY; raises `Malformed` for anything else.

    Answers to a single occurrence of a series say nothing of the others, and are left out.
    """
    if str(calendar.get("method", "")).upper() != "REPLY":
        raise Malformed("not a reply: METHOD must be REPLY")
    answers = []
    for event in calendar.events:
        if "recurrence-id" in event or not event.get("uid"):
            continue
        for attendee in _several(event.get("attendee")):
            if not isinstance(attendee, vCalAddress):
                continue
            response = _ANSWERS.get(str(attendee.params.get("PARTSTAT", "")).upper())
            if response is not None:
                email = str(attendee).lower().removeprefix("mailto:")
                answers.append(Answer(str(event["uid"]), email, response, _said_at(event)))
    return answers


def _said_at(event: Event) -> datetime | None:
    """DTSTAMP, which orders the answers of one attendee."""
    stamp = event.get("dtstamp")
    at = stamp.dt if isinstance(stamp, vDDDTypes) else None
    return at if isinstance(at, datetime) and at.tzinfo is not None else None


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _when(event: Event, name: str) -> date | datetime:
    """A day or a time; raises `NotUnderstood` for anything else, and for none."""
    told = event.get(name)
    value: object = told.dt if isinstance(told, vDDDTypes) else None
    if not isinstance(value, date):
        raise NotUnderstood(f"{name} is neither a day nor a time")
    if isinstance(value, datetime) and value.tzinfo is None and "TZID" in told.params:
        raise NotUnderstood(f"{name} names a time zone that is unknown")
    return value


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return day_begins(value, zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _start_of(event: Event, zone: ZoneInfo) -> tuple[datetime, bool, ZoneInfo]:
    """When it begins, whether it lasts all day, and the zone on whose clocks it takes place."""
    value = _when(event, "DTSTART")
    named = getattr(value.tzinfo, "key", None) if isinstance(value, datetime) and value.tzinfo else zone.key
    if named not in zones():
        if "rrule" in event:
            raise NotUnderstood("the time zone of DTSTART is unknown")
        named = zone.key
    own = ZoneInfo(named)
    return _moment(value, own), not isinstance(value, datetime), own


def _end_of(event: Event, start: datetime, zone: ZoneInfo) -> datetime:
    if "dtend" in event:
        return _moment(_when(event, "DTEND"), zone)
    lasts = event.get("duration")
    if isinstance(lasts, vDDDTypes | vDuration) and isinstance(lasts.dt, timedelta):
        return start + lasts.dt
    day = _when(event, "DTSTART")
    return start if isinstance(day, datetime) else day_begins(day + timedelta(days=1), zone)


def _rule_of(event: Event) -> str:
    rule = event["rrule"]
    if not isinstance(rule, vRecur) or "rdate" in event:
        raise NotUnderstood("a series has one RRULE and no RDATE")
    until = rule.get("UNTIL", [None])[0]
    if isinstance(until, datetime) and until.tzinfo is None:
        rule = vRecur({**rule, "UNTIL": until.date()})
    written: bytes = rule.to_ical()  # type: ignore[no-untyped-call]  # the library has no types here
    return written.decode()


def _left_out(event: Event, zone: ZoneInfo) -> list[Mapping[str, Any]]:
    days: list[date | datetime] = []
    for several in _several(event.get("exdate")):
        if not isinstance(several, vDDDLists):
            raise NotUnderstood("EXDATE is neither days nor times")
        days += [each.dt for each in several.dts if isinstance(each.dt, date)]
    return [{"day": _day(each, zone), "canceled": True} for each in days]


def _change(event: Event, zone: ZoneInfo) -> Mapping[str, Any]:
    day = _day(_when(event, "RECURRENCE-ID"), zone)
    if str(event.get("status", "")).upper() == "CANCELLED":
        return {"day": day, "canceled": True}
    start, _, _ = _start_of(event, zone)
    texts = {"subject": "summary", "place": "location", "agenda": "description"}
    told = {name: str(event[other]) for name, other in texts.items() if event.get(other)}
    return {"day": day, "start": start, "end": _end_of(event, start, zone), **told}


def _day(value: date | datetime, zone: ZoneInfo) -> date:
    return _moment(value, zone).astimezone(zone).date() if isinstance(value, datetime) else value
