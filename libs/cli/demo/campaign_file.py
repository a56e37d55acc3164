"""The campaign file: one row per client of a bank and the last call to them.

Columns as in the data set "Bank Marketing" (Moro, Cortez, Rita 2014, CC BY 4.0): `age`, `job`, `contact`, `month`,
`day_of_week`, `duration` in seconds, `campaign` (calls to this client), `output` (yes: took the offer), and more.
"""

import csv
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from libs.cli.demo.people import Person
from libs.cli.trouble import Trouble

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEEDED: Final = frozenset({"age", "job", "contact", "month", "day_of_week", "duration", "output"})
_OFFICE_OPENS: Final = 9
_OFFICE_MINUTES: Final = 8 * 60


@dataclass(frozen=True, slots=True)
class Call:
    """One row: the client, and the call that asked them."""

    number: int
    age: int
    job: str
    day: date
    duration_seconds: int
    interested: bool

    @property
    def occurred_at(self) -> str:
        minutes = self.number * 7 % _OFFICE_MINUTES
        at = datetime.combine(self.day, time(_OFFICE_OPENS), UTC) + timedelta(minutes=minutes)
        return at.isoformat()


def read_calls(path: Path, *, today: date) -> list[Call]:
    """All rows; raises `Trouble` naming the line that makes no sense."""
    try:
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            if missing := _NEEDED - set(reader.fieldnames or ()):
                raise Trouble(f"{path} has no column {', '.join(sorted(missing))}: is it a campaign file?")
            return [_call(number, row, today, path) for number, row in enumerate(reader, 1)]
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}") from None


def _call(number: int, row: Mapping[str, str], today: date, path: Path) -> Call:
    try:
        return Call(
            number=number,
            age=int(row["age"]),
            job=row["job"],
            day=latest_day(_MONTHS.index(row["month"]) + 1, _WEEKDAYS.index(row["day_of_week"]), number, today=today),
            duration_seconds=int(row["duration"]),
            interested={"yes": True, "no": False}[row["output"]],
        )
    except (ValueError, KeyError) as error:
        raise Trouble(f"{path}, line {number + 1}: {error} is not what stands there usually") from None


def latest_day(month: int, weekday: int, number: int, *, today: date) -> date:
    """A day of that weekday in the latest such month that has wholly passed; the row's number decides which."""
    year = today.year if month < today.month else today.year - 1
    days = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
    matching = [day for day in days if day.weekday() == weekday]
    return matching[number % len(matching)]


def birth_date(age: int, number: int, *, today: date) -> date:
    """A birthday on which this client is exactly `age` today; spread over the year by the row's number."""
    birthday = today - timedelta(days=number % 365)
    try:
        return birthday.replace(year=birthday.year - age)
    except ValueError:  # born on a 29th of February, in a year that has none
        return birthday.replace(year=birthday.year - age, day=28)


def contact_of(call: Call, person: Person, *, today: date) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "job_title": call.job,
        "birth_date": birth_date(call.age, call.number, today=today).isoformat(),
    }


def phone_call_of(call: Call, contact_id: str) -> dict[str, Any]:
    return {
        "type": "phone_call",
        "subject": "Offer of a term deposit",
        "state": "completed",
        "direction": "outgoing",
        "occurred_at": call.occurred_at,
        "duration_seconds": call.duration_seconds,
        "regarding": {"collection": "contacts", "id": contact_id},
    }


def response_of(call: Call, contact_id: str, campaign_id: str) -> dict[str, Any]:
    return {
        "type": "campaign_response",
        "subject": "Answer to the offer of a term deposit",
        "campaign_id": campaign_id,
        "channel": "phone_call",
        "response": "interested" if call.interested else "not_interested",
        "occurred_at": call.occurred_at,
        "customer": {"collection": "contacts", "id": contact_id},
    }


def interested(calls: Iterable[Call]) -> int:
    return sum(call.interested for call in calls)
