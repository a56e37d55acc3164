"""Letters on their way to their readers by mail."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, Field

from libs.contracts.values import Value
from libs.domain.people import Email
from libs.domain.refusals import Refusal
from services.sales.printing.model import Letter

LASTS: Final = timedelta(days=3)
"""How long the mail server is asked to take a mail."""


class SendLetter(Value):
    """By default to the person whom the document is for, or else its customer; `message` stands for our own words."""

    to: Email | None = None
    message: Annotated[str, Field(max_length=5000)] | None = None


class Outcome(StrEnum):
    """A mail is `unknown` where the mail server may have taken it before it was withdrawn."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Mailed(BaseModel):
    """What became of a mail; it is not sent once the document does not count any more."""

    outcome: Outcome


class Mail(BaseModel):
    """Known by `mail_id`, however often it is sent."""

    mail_id: str
    to: str
    message: str | None
    at: AwareDatetime

    @property
    def message_id(self) -> str:
        return f"<{self.mail_id}@tandem>"

    def has_lapsed(self, at: datetime) -> bool:
        return at - self.at > LASTS


class LetterMail(Mail):
    collection: str
    document_id: str


class MailLapsed(Refusal):
    """The mail server has not taken a mail for days."""

    code = "mail_lapsed"


class DocumentNotFinal(Refusal):
    """A draft does not count yet, what was canceled does not any more."""

    code = "document_not_final"


def require_final(letter: Letter) -> Letter:
    """The letter itself; raises `DocumentNotFinal`."""
    if letter.mark is not None:
        raise DocumentNotFinal("a draft, or what was canceled, is not sent", mark=letter.mark)
    return letter
