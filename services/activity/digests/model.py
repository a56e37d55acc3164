"""How somebody wants to hear of their notifications, and the mail that sums them up: pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field

from libs.contracts.values import Value
from libs.domain.recurrence import ZoneName, at_time
from libs.domain.refusals import Refusal
from services.activity.notifications.model import Notification

LASTS: Final = timedelta(days=1)
"""How long the mail server is asked to take a digest; the next one follows then."""

MOST: Final = 100
"""Notifications in one mail."""


class Mail(StrEnum):
    NEVER = "never"
    DAILY = "daily"


class NotificationSettings(Value):
    """Whether a mail sums up what is unread, and when; `at` is a time of day (`07:30`) on the clocks of `time_zone`."""

    mail: Mail = Mail.NEVER
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "07:00"
    time_zone: ZoneName = "UTC"

    def next_digest(self, after: datetime) -> datetime | None:
        """When the next mail is due, later than `after`; None where none is wanted."""
        if self.mail is Mail.NEVER:
            return None
        zone = ZoneInfo(self.time_zone)
        day, clock = after.astimezone(zone).date(), time.fromisoformat(self.at)
        return next(
            moment for ahead in range(3) if (moment := at_time(day + timedelta(days=ahead), clock, zone)) > after
        )


class Digest(BaseModel):
    """A mail of what a user was told between two moments and has not read; known by `mail_id`."""

    user_id: str
    since: AwareDatetime
    until: AwareDatetime
    mail_id: str

    @property
    def message_id(self) -> str:
        return f"<{self.mail_id}@tandem>"

    def has_lapsed(self, at: datetime) -> bool:
        return at - self.until > LASTS


class DigestLapsed(Refusal):
    """The mail server has not taken a digest until the next one was due."""

    code = "mail_lapsed"


def text_of(notifications: Sequence[Notification], zone: ZoneInfo, *, more: bool) -> str:
    """A line for each."""
    lines = [_line(each, zone) for each in notifications]
    return "\n".join([*lines, *(["… and more"] if more else []), ""])


def _line(notification: Notification, zone: ZoneInfo) -> str:
    title = " ".join(notification.title.split())
    if notification.happens_at is None:
        return title
    return f"{notification.happens_at.astimezone(zone):%Y-%m-%d %H:%M}  {title}"
