"""The quote as its customer reads it."""

from datetime import date

from libs.contracts.documents import QuoteState
from services.sales.printing.model import Day, Kind, Letter
from services.sales.quotes.model import Quote


def letter_of(quote: Quote, today: date) -> Letter:
    """A draft is as of today."""
    issued = quote.activated_at.date() if quote.activated_at else today
    days = {Day.ISSUED: issued, Day.VALID_UNTIL: quote.valid_until}
    return Letter(
        kind=Kind.QUOTE,
        document=quote,
        revision=quote.revision,
        draft=quote.state is QuoteState.DRAFT,
        days={name: day for name, day in days.items() if day is not None},
    )
