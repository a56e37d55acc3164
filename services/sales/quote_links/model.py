"""The link on which a customer without an account reads a quote, takes it or declines it."""

import base64
import hmac
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from libs.contracts.documents import QuoteState, QuoteStatus
from libs.contracts.values import Value
from libs.domain.refusals import NotFound, Refusal
from services.sales.quotes.model import PublicLink, Quote

DAYS: Final = 30
MOST_DAYS: Final = 365


class MakeLink(Value):
    """How many days the link can be used; it takes the place of any before."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DAYS


class AcceptByLink(Value):
    """Who takes the offer, as typed."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class DeclineByLink(Value):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class Standing(StrEnum):
    """What a customer can make of a quote, and where that is nothing, why."""

    OPEN = "open"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


READABLE: Final = frozenset({Standing.OPEN, Standing.LAPSED, Standing.ACCEPTED, Standing.DECLINED})
"""What was withdrawn or replaced is not shown any longer."""


class LinkNotValid(NotFound):
    """Forged, revoked, replaced or never made: the four are not told apart."""

    code = "link_not_valid"

    def __init__(self) -> None:
        super().__init__("the link is not valid")


class LinkExpired(Refusal):
    status, code = 410, "link_expired"

    def __init__(self) -> None:
        super().__init__("the link is too old")


class QuoteNotOffered(Refusal):
    """Only what is offered has a link."""

    code = "quote_not_offered"

    def __init__(self, state: QuoteState) -> None:
        super().__init__("only an active quote has a link", state=state)


def require_offered(quote: Quote) -> Quote:
    """The quote itself; raises `QuoteNotOffered`."""
    if quote.state is not QuoteState.ACTIVE:
        raise QuoteNotOffered(quote.state)
    return quote


def make_link(quote: Quote, *, days: int, link_id: str, at: datetime) -> Quote:
    return require_offered(quote).evolve(link=PublicLink(id=link_id, expires_at=at + timedelta(days=days)))


def token_of(quote: Quote, link: PublicLink, key: bytes) -> str:
    """Says which quote, and proves that this very link was made: the quote's id and a signature, in Base64url."""
    return f"{quote.id}.{_signature(quote, link, key)}"


def quote_id_in(token: str) -> str:
    return token.partition(".")[0]


def require_valid(quote: Quote, token: str, key: bytes, *, at: datetime) -> None:
    """Raises `LinkNotValid` or `LinkExpired`."""
    if quote.link is None or not hmac.compare_digest(token_of(quote, quote.link, key).encode(), token.encode()):
        raise LinkNotValid
    if quote.link.expires_at <= at:
        raise LinkExpired


def _signature(quote: Quote, link: PublicLink, key: bytes) -> str:
    signed = "\n".join(("quote link", quote.id, str(quote.revision), link.id, link.expires_at.isoformat()))
    return base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), "sha256")).decode().rstrip("=")


def standing_of(quote: Quote, today: date) -> Standing:
    match quote.state, quote.status_reason:
        case QuoteState.ACTIVE, _:
            lapsed = quote.valid_until is not None and quote.valid_until < today
            return Standing.LAPSED if lapsed else Standing.OPEN
        case QuoteState.WON, _:
            return Standing.ACCEPTED
        case _, QuoteStatus.DECLINED:
            return Standing.DECLINED
        case _, QuoteStatus.REVISED:
            return Standing.REVISED
        case _:
            return Standing.WITHDRAWN
