"""When people want to be reminded of an activity."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from libs.contracts.values import Moment, Value
from libs.domain.fields import Lookup

MOST_REMINDERS: Final = 20
_FOUR_WEEKS: Final = 28 * 24 * 60


class Reminder(Value):
    """Reminds the owner, or the user that it names: at a moment, or so many minutes before the activity begins, or is
    due if it says no start.
    """

    minutes_before: Annotated[int, Field(ge=0, le=_FOUR_WEEKS)] | None = None
    at: Moment | None = None
    user_id: Annotated[str | None, Field(min_length=1, max_length=64), Lookup.to("users")] = None

    @property
    def before(self) -> timedelta:
        return timedelta(minutes=self.minutes_before or 0)

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.minutes_before is None) == (self.at is None):
            raise ValueError("a reminder has minutes_before or at")
        return self
