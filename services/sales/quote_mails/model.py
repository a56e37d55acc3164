"""A quote on its way to its customer by mail."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, Field

from libs.contracts.documents import QuoteState
from libs.contracts.values import Value
from libs.domain.people import Email
from libs.domain.refusals import Refusal
from services.sales.quotes.model import PublicLink, Quote

LASTS: Final = timedelta(days=3)
"""How long the mail server is asked to take a mail."""


class SendQuote(Value):
    """By default to the person whom the quote is for, or else its customer; `message` stands above the link."""

    to: Email | None = None
    message: Annotated[str, Field(max_length=5000)] | None = None


class Outcome(StrEnum):
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class Mailed(BaseModel):
    """What became of a mail; it is not sent once the quote is not offered on its link."""

    outcome: Outcome


class QuoteMail(BaseModel):
    """The mail is known by `mail_id`, however often it is sent; `link_id` is the link that it carries."""

    mail_id: str
    quote_id: str
    link_id: str
    to: str
    message: str | None
    at: AwareDatetime

    @property
    def message_id(self) -> str:
        return f"<{self.mail_id}@tandem>"

    def has_lapsed(self, at: datetime) -> bool:
        return at - self.at > LASTS

    def link_of(self, quote: Quote) -> PublicLink | None:
        """The link that it carries, as long as the quote is offered on it."""
        offered = quote.state is QuoteState.ACTIVE and quote.link is not None and quote.link.id == self.link_id
        return quote.link if offered else None


class MailLapsed(Refusal):
    """The mail server has not taken a mail for days."""

    code = "mail_lapsed"


def needs_link(quote: Quote, at: datetime) -> bool:
    """Whether it has none that is good for another day."""
    return quote.link is None or quote.link.expires_at <= at + timedelta(days=1)


def sent(quote: Quote, at: datetime) -> Quote:
    return quote.evolve(sent_at=at)
