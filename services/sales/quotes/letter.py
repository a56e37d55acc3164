"""The quote as its customer reads it."""

from datetime import date

from libs.contracts.documents import QuoteState
from services.sales.printing.model import Day, Kind, Letter, Mark
from services.sales.quotes.model import Quote


def letter_of(quote: Quote, today: date) -> Letter:
    """A draft is as of today."""
    issued = quote.activated_at.date() if quote.activated_at else today
    return Letter(
        kind=Kind.QUOTE,
        document=quote,
        prospect=quote.prospect,
        revision=quote.revision,
        mark=Mark.DRAFT if quote.state is QuoteState.DRAFT else None,
        days={Day.ISSUED: issued, Day.VALID_UNTIL: quote.valid_until},
        introduction=quote.description,
        terms=quote.terms,
    )
