"""What a person is told whose webhook was switched off by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, BaseModel

LASTS: Final = timedelta(days=3)
"""How long the mail server is asked to take a notice."""

SUBJECT: Final = "Your webhook was switched off"

_REASONS: Final[Mapping[str, str]] = {
    "failing": "its receiver has failed for a day",
    "gone": "its receiver wants no more events",
    "owner_not_allowed": "your roles do not allow you to have webhooks any more",
}


class Notice(BaseModel):
    """`event_id` is that of the event which told of it; the mail is known by it, however often it is sent."""

    event_id: str
    at: AwareDatetime
    webhook_id: str
    webhook: str
    owner_id: str
    reason: str
    error: str | None

    @property
    def message_id(self) -> str:
        return f"<{self.event_id}@tandem>"

    def has_lapsed(self, at: datetime) -> bool:
        return at - self.at > LASTS


def text_of(notice: Notice, name: str, url: str) -> str:
    why = _REASONS.get(notice.reason, notice.reason)
    last = f"The last attempt: {notice.error}.\n\n" if notice.error else ""
    return (
        f"{name},\n\nthe webhook “{notice.webhook}” was switched off on {notice.at:%Y-%m-%d at %H:%M} UTC: {why}.\n\n"
        f"{last}Nothing is lost: once it is activated it goes on where it was.\n\n"
        f"{url}/api/v1/webhooks/{notice.webhook_id}\n"
    )
