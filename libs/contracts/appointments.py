"""What the activity service announces of appointments."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from libs.contracts.activity import ActivitySnapshot
from libs.contracts.event import Event
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


class AppointmentCreated(Event[AppointmentSnapshot], type="activity.appointment.created"):
    pass


class AppointmentUpdated(Event[AppointmentSnapshot], type="activity.appointment.updated"):
    pass


class AppointmentScheduled(Event[AppointmentSnapshot], type="activity.appointment.scheduled"):
    pass


class AppointmentCompleted(Event[AppointmentSnapshot], type="activity.appointment.completed"):
    pass


class AppointmentCanceled(Event[AppointmentSnapshot], type="activity.appointment.canceled"):
    pass


class AppointmentReopened(Event[AppointmentSnapshot], type="activity.appointment.reopened"):
    pass


class AppointmentAssigned(Event[AppointmentSnapshot], type="activity.appointment.assigned"):
    pass


class AppointmentDeleted(Event[AppointmentSnapshot], type="activity.appointment.deleted"):
    pass


class AppointmentRestored(Event[AppointmentSnapshot], type="activity.appointment.restored"):
    pass


class RecurringAppointmentCreated(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.created"):
    pass


class RecurringAppointmentUpdated(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.updated"):
    pass


class RecurringAppointmentScheduled(
    Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.scheduled"
):
    pass


class RecurringAppointmentCompleted(
    Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.completed"
):
    pass


class RecurringAppointmentCanceled(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.canceled"):
    pass


class RecurringAppointmentReopened(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.reopened"):
    pass


class RecurringAppointmentAssigned(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.assigned"):
    pass


class RecurringAppointmentDeleted(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.deleted"):
    pass


class RecurringAppointmentRestored(Event[RecurringAppointmentSnapshot], type="activity.recurring_appointment.restored"):
    pass


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


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    AppointmentCreated,
    AppointmentUpdated,
    AppointmentScheduled,
    AppointmentCompleted,
    AppointmentCanceled,
    AppointmentReopened,
    AppointmentAssigned,
    AppointmentDeleted,
    AppointmentRestored,
    RecurringAppointmentCreated,
    RecurringAppointmentUpdated,
    RecurringAppointmentScheduled,
    RecurringAppointmentCompleted,
    RecurringAppointmentCanceled,
    RecurringAppointmentReopened,
    RecurringAppointmentAssigned,
    RecurringAppointmentDeleted,
    RecurringAppointmentRestored,
    OccurrenceChanged,
    OccurrenceCanceled,
    OccurrenceRestored,
    FollowingChanged,
    FollowingCanceled,
)
