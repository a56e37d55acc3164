"""Activities as other calendars read them (RFC 5545), and as invitations to them (RFC 5546)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from icalendar import Calendar, Event, vCalAddress, vRecur

from libs.contracts.activity import ActivityState, PartyResponse, PartyRole
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.parties import INVITED, Party
from services.activity.activities.model.recurring_appointment import OccurrenceException, RecurringAppointment

PRODUCT: Final = "-//Tandem CRM//Calendar//EN"

STATUS: Final = {ActivityState.OPEN: "TENTATIVE", ActivityState.CANCELED: "CANCELLED"}
"""What is scheduled or took place is confirmed."""

ROLES: Final = {
    PartyRole.REQUIRED: "REQ-PARTICIPANT",
    PartyRole.OPTIONAL: "OPT-PARTICIPANT",
    PartyRole.RESOURCE: "NON-PARTICIPANT",
}
USED: Final = ("subject", "state", "start", "end", "time_zone", "place", "agenda", "parties", "rule", "exceptions")
"""What of activities a calendar tells."""
ANSWERS: Final = {
    PartyResponse.NONE: "NEEDS-ACTION",
    PartyResponse.ACCEPTED: "ACCEPTED",
    PartyResponse.DECLINED: "DECLINED",
    PartyResponse.TENTATIVE: "TENTATIVE",
}


def calendar_of(
    activities: Iterable[Activity], *, method: str = "PUBLISH", name: str | None = None, answers_to: str | None = None
) -> bytes:
    """A calendar of those that have a time, with the time zones they name.

    `answers_to` is the address that attendees answer, in the place of the organizer's own.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name is not None:
        calendar.add("x-wr-calname", name)
    timed = [activity for activity in activities if activity.start is not None]
    for activity in timed:
        for event in _events(activity):
            if answers_to is not None:
                event["organizer"] = _organizer(activity, answers_to)
            if method == "CANCEL":
                event["status"] = "CANCELLED"
            calendar.add_component(event)
    if timed:
        calendar.add_missing_timezones(*_years_of(timed))
    text: bytes = calendar.to_ical()
    return text


def uid_of(activity: Activity) -> str:
    """What other calendars call it: as where it came from, or by its id."""
    return (activity.uid if isinstance(activity, Meeting) else None) or f"{activity.id}@tandem"


def _years_of(activities: Sequence[Activity]) -> tuple[date, date]:
    """The years for which time zones are described; some programs misread descriptions of many years."""
    first = min(each.start for each in activities if each.start)
    last = max(getattr(each, "runs_until", None) or each.end or each.start or first for each in activities)
    return date(first.year - 1, 1, 1), date(last.year + 1, 12, 31)


def _events(activity: Activity) -> Iterator[Event]:
    if activity.start is None:
        return
    event = _event(activity)
    if not isinstance(activity, Meeting):
        _add_times(event, activity.start.astimezone(UTC), (activity.end or activity.start).astimezone(UTC))
        yield event
        return
    _add_times(event, *(_local(activity, each) for each in (activity.start, activity.end)))
    _add_text(event, activity.place, activity.agenda)
    if not isinstance(activity, RecurringAppointment):
        yield event
        return
    event.add("rrule", _rule_of(activity))
    for exception in activity.exceptions:
        if exception.canceled:
            event.add("exdate", _local(activity, activity.series.moment_of(exception.day)))
    yield event
    yield from (_changed(activity, each) for each in activity.exceptions if not each.canceled)


def _event(activity: Activity) -> Event:
    event = Event()
    event.add("uid", uid_of(activity))
    event.add("dtstamp", activity.modified_at or activity.start)
    event.add("sequence", activity.version - 1)
    event.add("summary", activity.subject)
    event.add("status", STATUS.get(activity.state, "CONFIRMED"))
    for party in activity.parties:
        if party.email is not None and party.role in INVITED:
            event.add("organizer" if party.role is PartyRole.ORGANIZER else "attendee", _address(party))
    return event


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    if party.name:
        address.params["CN"] = party.name
    if party.role is not PartyRole.ORGANIZER:
        address.params["ROLE"] = ROLES[party.role]
        address.params["PARTSTAT"] = ANSWERS[party.response]
        address.params["RSVP"] = "TRUE"
    return address


def _organizer(activity: Activity, address: str) -> vCalAddress:
    """The organizer by another address."""
    party = next((each for each in activity.parties if each.role is PartyRole.ORGANIZER), None)
    return _address(Party(role=PartyRole.ORGANIZER, email=address, name=party.name if party else None))


def _add_times(event: Event, start: date | datetime, end: date | datetime) -> None:
    event.add("dtstart", start)
    event.add("dtend", end)


def _add_text(event: Event, place: str | None, agenda: str | None) -> None:
    if place:
        event.add("location", place)
    if agenda:
        event.add("description", agenda)


def _local(meeting: Meeting, moment: datetime) -> date | datetime:
    local = moment.astimezone(UTC if meeting.time_zone == "UTC" else meeting.zone)
    return local.date() if meeting.all_day else local


def _rule_of(series: RecurringAppointment) -> vRecur:
    """A last day is told as the last moment, which is what RFC 5545 asks for beside a time of day."""
    rule: vRecur = vRecur.from_ical(series.rule)
    until = series.series.rule.until
    if isinstance(until, date) and not series.all_day:
        rule["UNTIL"] = series.series.moment_of(until)
    return rule


def _changed(series: RecurringAppointment, exception: OccurrenceException) -> Event:
    occurrence = series.changed(exception)
    event = _event(series)
    event.add("recurrence-id", _local(series, series.series.moment_of(exception.day)))
    _add_times(event, *(_local(series, each) for each in (occurrence.start, occurrence.end)))
    _add_text(event, occurrence.place, occurrence.agenda)
    event["summary"] = occurrence.subject
    return event
