"""What the sales service announces of its documents: quotes and orders."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.priced import Priced
from libs.contracts.values import Currency, Day, Money, Quantity, Reference, Value


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
    priced: Priced | None = None
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
    """The customer takes the offer: it has become an order, and its opportunity is won."""

    order_id: str | None = None


class QuoteDeclined(Event[QuoteSnapshot], type="sales.quote.declined"):
    reason: str | None = None


class QuoteCanceled(Event[QuoteSnapshot], type="sales.quote.canceled"):
    pass


class QuoteLinkMade(Event[QuoteSnapshot], type="sales.quote.link_made"):
    """Whoever has the link reads the quote, and accepts or declines it; one before is of no use any more."""


class QuoteLinkRevoked(Event[QuoteSnapshot], type="sales.quote.link_revoked"):
    pass


class QuoteSent(Event[QuoteSnapshot], type="sales.quote.sent"):
    """The mail server has taken the mail to its customer."""


class QuoteRevised(Event[QuoteSnapshot], type="sales.quote.revised"):
    """It was closed for the next revision under the same number."""

    revision_id: str


class OrderState(StrEnum):
    ACTIVE = "active"
    SUBMITTED = "submitted"
    FULFILLED = "fulfilled"
    INVOICED = "invoiced"
    CANCELED = "canceled"


class OrderStatus(StrEnum):
    """Whether an active order waits for something, and how much of a later one is delivered."""

    NEW = "new"
    PENDING = "pending"
    PARTIAL = "partial"
    COMPLETE = "complete"


class OrderedLine(Value):
    """How much of a line is delivered, and of that on invoices; `priced` has its figures, in the same order."""

    id: str
    product_id: str | None = None
    quantity: Quantity
    quantity_fulfilled: Quantity
    quantity_invoiced: Quantity


class OrderSnapshot(Snapshot):
    """Without `customer` it is for the prospect of its opportunity. Amounts are those of all lines together."""

    searchable: ClassVar = Searchable("orders", title=("name",), subtitle=("number", "customer_reference"))

    state: OrderState
    status_reason: OrderStatus | None = None
    number: str
    name: str
    customer: Reference | None = None
    customer_reference: str | None = None
    opportunity_id: str | None = None
    quote_id: str | None = None
    currency: Currency
    lines: tuple[OrderedLine, ...] = ()
    priced: Priced | None = None
    net_amount: Money | None = None
    tax_amount: Money | None = None
    total_amount: Money | None = None
    delivery_date: Day | None = None
    submitted_at: datetime | None = None
    fulfilled_at: datetime | None = None
    canceled_at: datetime | None = None
    created_at: datetime | None = None


class OrderCreated(Event[OrderSnapshot], type="sales.order.created"):
    pass


class OrderUpdated(Event[OrderSnapshot], type="sales.order.updated"):
    pass


class OrderDeleted(Event[OrderSnapshot], type="sales.order.deleted"):
    pass


class OrderRestored(Event[OrderSnapshot], type="sales.order.restored"):
    pass


class OrderAssigned(Event[OrderSnapshot], type="sales.order.assigned"):
    pass


class OrderHeld(Event[OrderSnapshot], type="sales.order.held"):
    """It waits for something before it can be submitted."""


class OrderResumed(Event[OrderSnapshot], type="sales.order.resumed"):
    """It waits no longer."""


class OrderSubmitted(Event[OrderSnapshot], type="sales.order.submitted"):
    """It is agreed, and to be delivered."""


class OrderPartiallyFulfilled(Event[OrderSnapshot], type="sales.order.partially_fulfilled"):
    """Some of it was delivered, and more is to follow: `quantity_fulfilled` of each line says how much."""


class OrderFulfilled(Event[OrderSnapshot], type="sales.order.fulfilled"):
    """All of it was delivered, or with the reason `partial` all that will be."""


class OrderInvoiced(Event[OrderSnapshot], type="sales.order.invoiced"):
    """All that was delivered is on invoices, and nothing more follows."""


class OrderCanceled(Event[OrderSnapshot], type="sales.order.canceled"):
    """It will not be delivered."""


class OrderSent(Event[OrderSnapshot], type="sales.order.sent"):
    """The mail server has taken the mail with its confirmation to its customer."""


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
    QuoteLinkMade,
    QuoteLinkRevoked,
    QuoteSent,
    OrderCreated,
    OrderUpdated,
    OrderDeleted,
    OrderRestored,
    OrderAssigned,
    OrderHeld,
    OrderResumed,
    OrderSubmitted,
    OrderPartiallyFulfilled,
    OrderFulfilled,
    OrderInvoiced,
    OrderCanceled,
    OrderSent,
)
