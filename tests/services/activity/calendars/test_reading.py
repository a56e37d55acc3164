"""What other calendars say."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from libs.contracts.activity import PartyResponse
from libs.domain.refusals import Malformed
from services.activity.calendars.reading import (
    ImportedEvent,
    NotUnderstood,
    answers_in,
    calendar_in,
    imported,
    parts_of,
)
from services.activity.invitations.model import Answer

LISBON = ZoneInfo("Europe/Lisbon")


def calendar(*lines: str, method: str = "PUBLISH") -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"METHOD:{method}", *lines, "END:VCALENDAR", ""]
    ).encode()


def event(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:u1", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT")


def read(*lines: str) -> ImportedEvent:
    [(uid, parts)] = parts_of(calendar_in(calendar(*lines))).items()
    return imported(uid, parts, zone=LISBON)


@pytest.mark.parametrize(
    ("start", "expected", "zone"),
    [
        ("DTSTART:20260504T090000Z", datetime(2026, 5, 4, 9, tzinfo=UTC), "UTC"),
        ("DTSTART;TZID=America/New_York:20260504T090000", datetime(2026, 5, 4, 13, tzinfo=UTC), "America/New_York"),
        ("DTSTART;TZID=W. Europe Standard Time:20260504T090000", datetime(2026, 5, 4, 7, tzinfo=UTC), "Europe/Berlin"),
        ("DTSTART:20260504T090000", datetime(2026, 5, 4, 8, tzinfo=UTC), "Europe/Lisbon"),
        ("DTSTART;VALUE=DATE:20260504", datetime(2026, 5, 3, 23, tzinfo=UTC), "Europe/Lisbon"),
    ],
)
def test_a_time_is_read_on_the_clocks_that_it_names(start: str, expected: datetime, zone: str) -> None:
    fields = read(*event(start, "DURATION:PT1H" if "T09" in start else "SUMMARY:Fair")).fields

    assert (fields["start"], fields["time_zone"], fields["all_day"]) == (expected, zone, "VALUE=DATE" in start)
    assert (fields["end"] - expected).total_seconds() in {3600, 86400}


def test_single_days_of_a_series_are_read_by_their_day() -> None:
    changed = event("RECURRENCE-ID:20260511T080000Z", "DTSTART:20260512T080000Z", "SUMMARY:Moved")
    series = event(
        "DTSTART;TZID=Europe/Lisbon:20260504T090000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260601T235959",
        "EXDATE;TZID=Europe/Lisbon:20260518T090000,20260525T090000",
    )

    found = read(*changed, *series)

    assert found.fields["rule"] == "FREQ=WEEKLY;UNTIL=20260601"
    assert [(each["day"], each.get("canceled")) for each in found.exceptions] == [
        (date(2026, 5, 18), True),
        (date(2026, 5, 25), True),
        (date(2026, 5, 11), None),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        event("SUMMARY:No time"),
        event("DTSTART:20269904T090000Z"),
        event("DTSTART:20260504T090000Z", "RRULE:FREQ=DAILY", "RDATE:20260505T090000Z"),
        event("DTSTART:20260504T090000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"),
        event("DTSTART:20260504T090000Z", "RRULE:FREQ=DAILY", "EXDATE:20269904T090000Z"),
        event("DTSTART;TZID=Mars/Base:20260504T090000", "RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID:20260511T080000Z", "DTSTART:20260512T080000Z"),
    ],
)
def test_what_cannot_be_taken_over_is_told(lines: tuple[str, ...]) -> None:
    with pytest.raises(NotUnderstood):
        read(*lines)


@pytest.mark.parametrize("text", [b"", b"x", b"BEGIN:VCALENDAR", b"\xff\xfe", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"])
def test_what_is_no_calendar_is_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        calendar_in(text)


def test_a_reply_says_who_comes() -> None:
    lines = event("ATTENDEE;PARTSTAT=ACCEPTED:mailto:Eva@Example.org", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:x@y.z")

    answers = answers_in(calendar_in(calendar(*lines, method="REPLY")))

    assert answers == [Answer("u1", "eva@example.org", PartyResponse.ACCEPTED, datetime(2026, 1, 1, tzinfo=UTC))]
    with pytest.raises(Malformed):
        answers_in(calendar_in(calendar(*lines)))
