"""What the activity service announces of appointments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from libs.contracts.activity import ActivitySnapshot
from libs.contracts.event import Event, happened
from libs.contracts.interactions import VERBS
from libs.contracts.values import Day


class AppointmentSnapshot(ActivitySnapshot):
    """`start` and `end` are never null here; `time_zone` is an IANA name."""

    time_zone: str
    all_day: bool
    place: str | None = None
    agenda: str | None = None


class OccurrenceException(BaseModel):
    """What is otherwise about the occurrence of a day: that it is canceled, or what is given here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: Day
    canceled: bool = False
    start: datetime | None = None
    end: datetime | None = None
    subject: str | None = None
    place: str | None = None
    agenda: str | None = None


class RecurringAppointmentSnapshot(AppointmentSnapshot):
    """`start` and `end` are those of the first occurrence, `rule` an RRULE of RFC 5545 read in `time_zone`."""

    rule: str
    exceptions: tuple[OccurrenceException, ...] = ()
    follows_id: str | None = None


class OccurrenceChanged(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.occurrence_changed"):
    """The occurrence of `day` is at another time, or about something else, as its exception says."""

    day: Day


class OccurrenceCanceled(
    Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.occurrence_canceled"
):
    day: Day


class OccurrenceRestored(
    Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.occurrence_restored"
):
    """The occurrence of `day` is as the rule has it once more."""

    day: Day


class FollowingChanged(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.following_changed"):
    """From `day` on the series `following_id` takes its place."""

    day: Day
    following_id: str


class FollowingCanceled(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.following_canceled"):
    """Nothing takes place from `day` on."""

    day: Day


_SNAPSHOTS: Final[Mapping[str, type[ActivitySnapshot]]] = {
    "activity.appointment": AppointmentSnapshot,
    "activity.recurring_appointment": RecurringAppointmentSnapshot,
}

_VERBS: Final = (*VERBS, "invited")

EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    *(happened(aggregate, snapshot, verb) for aggregate, snapshot in _SNAPSHOTS.items() for verb in _VERBS),
    OccurrenceChanged,
    OccurrenceCanceled,
    OccurrenceRestored,
    FollowingChanged,
    FollowingCanceled,
)
