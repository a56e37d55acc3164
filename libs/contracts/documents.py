"""What the sales service announces of its documents: quotes."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Currency, Day, Money, Reference


class QuoteState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    WON = "won"
    CLOSED = "closed"


class QuoteStatus(StrEnum):
    """Why a quote was closed."""

    DECLINED = "declined"
    CANCELED = "canceled"
    REVISED = "revised"


class QuoteSnapshot(Snapshot):
    """Without `customer` it is for the prospect of its opportunity. Amounts are those of all lines together."""

    searchable: ClassVar = Searchable("quotes", title=("name",), subtitle=("number",))

    state: QuoteState
    status_reason: QuoteStatus | None = None
    number: str
    revision: int
    name: str
    customer: Reference | None = None
    opportunity_id: str | None = None
    currency: Currency
    net_amount: Money | None = None
    tax_amount: Money | None = None
    total_amount: Money | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    activated_at: datetime | None = None
    closed_at: datetime | None = None
    created_at: datetime | None = None


class QuoteCreated(Event[QuoteSnapshot], type="sales.quote.created"):
    pass


class QuoteUpdated(Event[QuoteSnapshot], type="sales.quote.updated"):
    pass


class QuoteDeleted(Event[QuoteSnapshot], type="sales.quote.deleted"):
    pass


class QuoteRestored(Event[QuoteSnapshot], type="sales.quote.restored"):
    pass


class QuoteAssigned(Event[QuoteSnapshot], type="sales.quote.assigned"):
    pass


class QuoteRepriced(Event[QuoteSnapshot], type="sales.quote.repriced"):
    """A draft has been calculated again with the prices of today."""


class QuoteActivated(Event[QuoteSnapshot], type="sales.quote.activated"):
    """It is offered from now on."""


class QuoteAccepted(Event[QuoteSnapshot], type="sales.quote.accepted"):
    """The customer takes the offer; its opportunity is won with it."""


class QuoteDeclined(Event[QuoteSnapshot], type="sales.quote.declined"):
    reason: str | None = None


class QuoteCanceled(Event[QuoteSnapshot], type="sales.quote.canceled"):
    pass


class QuoteRevised(Event[QuoteSnapshot], type="sales.quote.revised"):
    """It was closed for the next revision under the same number."""

    revision_id: str


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    QuoteCreated,
    QuoteUpdated,
    QuoteDeleted,
    QuoteRestored,
    QuoteAssigned,
    QuoteRepriced,
    QuoteActivated,
    QuoteAccepted,
    QuoteDeclined,
    QuoteCanceled,
    QuoteRevised,
)
