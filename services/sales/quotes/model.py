"""The quote: a formal offer, edited as a draft, then open to be accepted, and revised as often as it takes."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final

from libs.contracts.documents import (
    QuoteAccepted,
    QuoteActivated,
    QuoteCanceled,
    QuoteDeclined,
    QuoteRepriced,
    QuoteRevised,
    QuoteState,
    QuoteStatus,
)
from libs.contracts.values import Address, Day, Moment, Reference
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.record import Index
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.documents.model import Document, terms_of
from services.sales.opportunities.model import Opportunity, Prospect

MOVES: Final = Moves(
    {
        QuoteState.DRAFT: {
            "activate": QuoteState.ACTIVE,
            "reprice": QuoteState.DRAFT,
            "cancel": QuoteState.CLOSED,
        },
        QuoteState.ACTIVE: {
            "accept": QuoteState.WON,
            "decline": QuoteState.CLOSED,
            "revise": QuoteState.CLOSED,
            "cancel": QuoteState.CLOSED,
        },
    }
)

_NOT_OFFERED: Final = frozenset({"tags", "custom"})
"""What an organisation notes for itself, in any state."""

_OF_ONE_REVISION: Final = frozenset({
    "id", "version", "created_at", "created_by", "modified_at", "modified_by", "state", "status_reason",
    "revision", "activated_at", "closed_at", "decline_reason", "next_revision_id",
})  # fmt: skip


class Quote(Document, collection="quotes", aggregate="sales.quote"):
    """`number` is shared by all revisions of an offer. It is for a `customer`, or for the `prospect` of its
    opportunity as long as that has none. Only a draft is edited.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("number", "revision"), unique=True), Index(("customer.id",)))

    parent = "customer"
    personal = Personal(
        cleared=("prospect", "billing_address", "shipping_address"),
        texts=("name", "description", "terms", "decline_reason", "customer.name", "tags", "custom"),
        emails=("prospect.email",),
        phones=("prospect.phone",),
        names=("prospect.first_name", "prospect.last_name"),
        belongs_to={"opportunity_id": "opportunities", "contact_id": "contacts", "customer": None},
    )

    state: Annotated[QuoteState, GUARDED, INDEXED] = QuoteState.DRAFT
    status_reason: Annotated[QuoteStatus | None, GUARDED, LISTED] = None
    number: Annotated[str, GUARDED, LISTED, SEARCHED] = ""
    revision: Annotated[int, GUARDED, LISTED] = 1
    name: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    customer: Annotated[Reference | None, LISTED, Lookup.to("accounts", "contacts")] = None
    contact_id: Annotated[str | None, LISTED, Lookup.to("contacts")] = None
    prospect: Annotated[Prospect | None, GUARDED] = None
    opportunity_id: Annotated[str | None, INITIAL, INDEXED, Lookup.to("opportunities")] = None
    valid_from: Annotated[Day | None, LISTED] = None
    valid_until: Annotated[Day | None, LISTED] = None
    terms: Text | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    activated_at: Annotated[Moment | None, GUARDED, LISTED] = None
    closed_at: Annotated[Moment | None, GUARDED, LISTED] = None
    decline_reason: Annotated[Line | None, GUARDED, LISTED] = None
    next_revision_id: Annotated[str | None, GUARDED, LISTED] = None


class QuoteLocked(Refusal):
    """What was offered stays as it was offered; `revise` opens the next revision."""

    code = "quote_locked"

    def __init__(self, state: QuoteState) -> None:
        super().__init__("only a draft can be changed", state=state, open_actions=MOVES.open_actions(state))


class QuoteEmpty(Refusal):
    """An offer of nothing."""

    code = "quote_empty"


class QuoteExpired(Refusal):
    """The last day on which the quote could be accepted is over."""

    code = "quote_expired"

    def __init__(self, valid_until: date) -> None:
        super().__init__(f"the quote was valid until {valid_until}", valid_until=valid_until)


def number_of(year: int, count: int) -> str:
    """What people call the quote that is the `count`th of a year: Q-2026-000123."""
    return f"Q-{year}-{count:06}"


def following(quote: Quote, opportunity: Opportunity) -> Quote:
    """A quote of an opportunity is for whom that is; without lines of its own it has the lines and terms of that."""
    carried: dict[str, Any] = {} if quote.lines else terms_of(opportunity)
    if quote.customer is None:
        prospect = opportunity.prospect if opportunity.customer is None else None
        carried |= {"customer": opportunity.customer, "prospect": prospect}
    return quote.model_copy(update=carried)


def require_sound(quote: Quote, opportunity: Opportunity | None) -> Quote:
    """The quote itself; raises `InvalidFields` where it is for nobody, or does not go with its opportunity."""
    if quote.customer is None and quote.prospect is None:
        raise InvalidFields.at("/customer", "missing", "a quote has a customer, or an opportunity that knows who it is")
    if quote.valid_from and quote.valid_until and quote.valid_until < quote.valid_from:
        raise InvalidFields.at("/valid_until", "before_start", "must not be before valid_from")
    if opportunity is not None and opportunity.currency != quote.currency:
        raise InvalidFields.at("/currency", "other_currency", f"the opportunity is in {opportunity.currency}")
    return quote


def require_editable(current: Quote, wanted: Quote) -> None:
    """Raises `QuoteLocked` where anything that was offered would change."""
    offered = Quote.model_fields.keys() - _NOT_OFFERED
    if current.state is not QuoteState.DRAFT and any(
        getattr(current, name) != getattr(wanted, name) for name in offered
    ):
        raise QuoteLocked(current.state)


def activate(quote: Quote, *, at: datetime) -> tuple[Quote, QuoteActivated]:
    """It is offered from now on, at the figures that it has."""
    state = MOVES.after("activate", state=quote.state)
    if not quote.lines:
        raise QuoteEmpty("a quote without lines offers nothing")
    _require_in_time(quote, at)
    return quote.evolve(state=state, activated_at=at), QuoteActivated()


def reprice(quote: Quote) -> tuple[Quote, QuoteRepriced]:
    """The figures are those of today's catalogue."""
    return quote.evolve(state=MOVES.after("reprice", state=quote.state)), QuoteRepriced()


def accept(quote: Quote, *, at: datetime) -> tuple[Quote, QuoteAccepted]:
    """The customer takes the offer, in time."""
    state = MOVES.after("accept", state=quote.state)
    _require_in_time(quote, at)
    return quote.evolve(state=state, closed_at=at), QuoteAccepted()


def _require_in_time(quote: Quote, at: datetime) -> None:
    if quote.valid_until is not None and quote.valid_until < at.date():
        raise QuoteExpired(quote.valid_until)


def decline(quote: Quote, *, reason: str | None, at: datetime) -> tuple[Quote, QuoteDeclined]:
    """The customer does not want it."""
    closed = _closed(quote, "decline", QuoteStatus.DECLINED, at)
    return closed.evolve(decline_reason=reason), QuoteDeclined(reason=reason)


def cancel(quote: Quote, *, at: datetime) -> tuple[Quote, QuoteCanceled]:
    """We do not offer it any longer."""
    return _closed(quote, "cancel", QuoteStatus.CANCELED, at), QuoteCanceled()


def revise(quote: Quote, *, revision_id: str, at: datetime) -> tuple[Quote, QuoteRevised, Quote]:
    """Closes the quote; beside it the draft of the next revision, at the same figures."""
    closed = _closed(quote, "revise", QuoteStatus.REVISED, at).evolve(next_revision_id=revision_id)
    carried = {name: value for name, value in quote.__dict__.items() if name not in _OF_ONE_REVISION}
    revision = Quote(id=revision_id, revision=quote.revision + 1, **carried)
    return closed, QuoteRevised(revision_id=revision_id), revision


def _closed(quote: Quote, action: str, status: QuoteStatus, at: datetime) -> Quote:
    return quote.evolve(state=MOVES.after(action, state=quote.state), status_reason=status, closed_at=at)
