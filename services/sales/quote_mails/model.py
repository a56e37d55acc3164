"""A quote on its way to its customer by mail."""

from datetime import datetime, timedelta

from libs.contracts.documents import QuoteState
from services.sales.letter_mails.model import Mail, SendLetter
from services.sales.quotes.model import PublicLink, Quote


class SendQuote(SendLetter):
    """The link stands below the `message`."""


class QuoteMail(Mail):
    """`link_id` is the link that it carries."""

    quote_id: str
    link_id: str

    def link_of(self, quote: Quote) -> PublicLink | None:
        """The link that it carries, as long as the quote is offered on it."""
        offered = quote.state is QuoteState.ACTIVE and quote.link is not None and quote.link.id == self.link_id
        return quote.link if offered else None


def needs_link(quote: Quote, at: datetime) -> bool:
    """Whether it has none that is good for another day."""
    return quote.link is None or quote.link.expires_at <= at + timedelta(days=1)


def sent(quote: Quote, at: datetime) -> Quote:
    return quote.evolve(sent_at=at)
