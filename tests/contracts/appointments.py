"""Activities that take place at a time."""

from collections.abc import Mapping
from typing import Any, Final

from libs.domain.record import Record
from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.recurring_appointment import RecurringAppointment
from services.activity.notifications.model import Notification
from tests.contracts.parts import LATER, NOW, id_of

APPOINTMENT, SERIES = id_of(241), id_of(242)

CUSTOMER: Final = {"collection": "contacts", "id": id_of(7), "name": "Ana Costa"}
ACTIVITY: Final = {
    "status_reason": "completed",
    "state": "completed",
    "subject": "Offer of a term deposit",
    "description": "Asked for a call in spring.",
    "regarding": CUSTOMER,
    "parties": (
        {**CUSTOMER, "role": "required", "response": "accepted"},
        {"role": "cc", "name": "Ana Costa", "email": "ana.costa@example.org", "phone": "+351 21 000 0001"},
    ),
    "priority": "normal",
    "due": LATER,
    "start": NOW,
    "end": LATER,
    "duration_seconds": 240,
    "outcome": "Interested",
    "occurred_at": NOW,
    "reminders": ({"minutes_before": 15, "user_id": id_of(1)}, {"at": NOW}),
}
MEETING: Final = {
    **ACTIVITY,
    "time_zone": "Europe/Lisbon",
    "all_day": True,
    "place": "Room 1",
    "agenda": "Figures of the year.",
    "uid": "20260302-board@example.org",
    "invited": ("ana.costa@example.org",),
}

APPOINTMENTS: Final[Mapping[type[Record], Mapping[str, Any]]] = {
    Appointment: {**MEETING, "id": APPOINTMENT},
    RecurringAppointment: {
        **MEETING,
        "id": SERIES,
        "rule": "FREQ=WEEKLY;COUNT=10",
        "exceptions": [
            {
                "day": "2026-03-09",
                "canceled": False,
                "start": NOW,
                "end": LATER,
                "subject": "Board, with guests",
                "place": "Room 2",
                "agenda": "The new branch.",
            }
        ],
        "runs_from": NOW,
        "runs_until": LATER,
        "follows_id": APPOINTMENT,
    },
    Notification: {
        "id": id_of(243),
        "state": "read",
        "kind": "reminder",
        "title": "Board",
        "about": {"collection": "activities", "id": SERIES, "name": "Board"},
        "happens_at": LATER,
        "read_at": LATER,
    },
}
