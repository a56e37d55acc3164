"""What an e-mail says beyond its record, and how much of that the record tells."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.values import Value
from services.activity.activities.model.email import Email

LONGEST_TEXT: Final = 1_000_000
LONGEST_HTML: Final = 2_000_000
_BEGINNING: Final = 10_000
"""Characters of the text that the record and its events have."""


class Written(Value):
    """A body as somebody writes it: plain text, HTML, or both. Of HTML alone the text is made."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None
    html: Annotated[str, Field(max_length=LONGEST_HTML)] | None = None


class Calendar(BaseModel):
    """The text of an iCalendar object, and its method (RFC 5546)."""

    model_config = ConfigDict(frozen=True)

    method: str
    text: str


class Body(BaseModel):
    """A body as it is shown: its HTML is safe to show. `remote`: showing it fetches pictures from elsewhere.

    Those are in `data-src` instead of `src`, so that nothing is fetched unless whoever reads wants it. `calendar` is an
    iCalendar object that goes with an invitation (RFC 6047).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str | None = None
    html: str | None = None
    remote: bool = False
    calendar: Calendar | None = None

    @property
    def size(self) -> int:
        return len((self.text or "").encode()) + len((self.html or "").encode())

    @property
    def sent(self) -> str | None:
        """The HTML as it goes out, with its pictures."""
        return self.html.replace(" data-src=", " src=") if self.html and self.remote else self.html

    @property
    def beginning(self) -> str | None:
        return self.text[:_BEGINNING] if self.text else None


def written(email: Email, body: Body) -> Email:
    """The draft with a body of its own."""
    email.require_draft()
    return email.evolve(description=body.beginning, body_size=body.size)
