"""The quote: a formal offer, edited as a draft, then open to be accepted, and revised as often as it takes."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Final

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
from libs.contracts.values import Day, Moment, Value
from libs.domain.fields import GUARDED, INDEXED, LISTED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.record import Index
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.customer_documents import model as customer_documents
from services.sales.customer_documents.model import PERSONAL, CustomerDocument
from services.sales.documents.model import Locked, agreed_differs
from services.sales.opportunities.model import Opportunity

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

_OF_ONE_REVISION: Final = frozenset({
    "id", "version", "created_at", "created_by", "modified_at", "modified_by", "state", "status_reason",
    "revision", "activated_at", "closed_at", "decline_reason", "next_revision_id", "link", "acceptance",
    "sent_at",
})  # fmt: skip


class PublicLink(Value):
    """A link on which the customer reads this revision without an account, until it expires; whoever has the address
    may.
    """

    id: str
    expires_at: Moment


class Acceptance(Value):
    """What is kept of who accepted by the link: as typed, from which address, and the words that were accepted."""

    name: Line
    at: Moment
    address: str | None
    wording: str


class Quote(CustomerDocument, collection="quotes", aggregate="sales.quote"):
    """`number` is shared by all revisions of an offer. Only a draft is edited; one that is accepted names its order."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("number", "revision"), unique=True), Index(("customer.id",)))

    personal = replace(PERSONAL, cleared=(*PERSONAL.cleared, "acceptance"), texts=(*PERSONAL.texts, "decline_reason"))

    state: Annotated[QuoteState, GUARDED, INDEXED] = QuoteState.DRAFT
    status_reason: Annotated[QuoteStatus | None, GUARDED, LISTED] = None
    revision: Annotated[int, GUARDED, LISTED] = 1
    valid_from: Annotated[Day | None, LISTED] = None
    valid_until: Annotated[Day | None, LISTED] = None
    activated_at: Annotated[Moment | None, GUARDED, LISTED] = None
    closed_at: Annotated[Moment | None, GUARDED, LISTED] = None
    decline_reason: Annotated[Line | None, GUARDED, LISTED] = None
    next_revision_id: Annotated[str | None, GUARDED, LISTED] = None
    link: Annotated[PublicLink | None, GUARDED] = None
    acceptance: Annotated[Acceptance | None, GUARDED] = None
    sent_at: Annotated[Moment | None, GUARDED, LISTED] = None
    order_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("orders")] = None


class QuoteLocked(Locked):
    """What was offered stays as it was offered; `revise` opens the next revision."""

    code, changeable = "quote_locked", "a draft"


class QuoteEmpty(Refusal):
    """An offer of nothing."""

    code = "quote_empty"


class QuoteExpired(Refusal):
    """The last day on which the quote could be accepted is over."""

    code = "quote_expired"

    def __init__(self, valid_until: date) -> None:
        super().__init__(f"the quote was valid until {valid_until}", valid_until=valid_until)


def require_sound(quote: Quote, opportunity: Opportunity | None) -> Quote:
    """The quote itself; raises `InvalidFields` where it is for nobody, for no day, or not as its opportunity."""
    if quote.valid_from and quote.valid_until and quote.valid_until < quote.valid_from:
        raise InvalidFields.at("/valid_until", "before_start", "must not be before valid_from")
    return customer_documents.require_sound(quote, opportunity)


def require_editable(current: Quote, wanted: Quote) -> None:
    """Raises `QuoteLocked` where anything that was offered would change."""
    if current.state is not QuoteState.DRAFT and agreed_differs(current, wanted):
        raise QuoteLocked(state=current.state, open_actions=MOVES.open_actions(current.state))


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


def accept(quote: Quote, *, order_id: str, at: datetime) -> tuple[Quote, QuoteAccepted]:
    """The customer takes the offer, in time: it becomes the order."""
    state = MOVES.after("accept", state=quote.state)
    _require_in_time(quote, at)
    return quote.evolve(state=state, closed_at=at, order_id=order_id), QuoteAccepted(order_id=order_id)


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
