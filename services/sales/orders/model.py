"""The order: what was sold, agreed while it is active, then delivered line by line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libs.contracts.documents import (
    OrderCanceled,
    OrderFulfilled,
    OrderHeld,
    OrderPartiallyFulfilled,
    OrderResumed,
    OrderState,
    OrderStatus,
    OrderSubmitted,
)
from libs.contracts.values import Day, Moment, Quantity, Value
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.customer_documents.model import PERSONAL, CustomerDocument
from services.sales.documents.model import Locked, agreed_differs
from services.sales.pricing.model.document import MOST_LINES, NOTHING, DocumentLine
from services.sales.quotes.model import Quote


class Standing(StrEnum):
    """What an order's moves depend on: its state, and whether an active one waits, or a submitted one is on its way."""

    NEW = "new"
    PENDING = "pending"
    SUBMITTED = "submitted"
    DELIVERING = "delivering"
    FULFILLED = "fulfilled"
    INVOICED = "invoiced"
    CANCELED = "canceled"


MOVES: Final = Moves(
    {
        Standing.NEW: {"submit": Standing.SUBMITTED, "hold": Standing.PENDING, "cancel": Standing.CANCELED},
        Standing.PENDING: {"submit": Standing.SUBMITTED, "resume": Standing.NEW, "cancel": Standing.CANCELED},
        Standing.SUBMITTED: {"fulfil": Standing.FULFILLED, "cancel": Standing.CANCELED},
        Standing.DELIVERING: {"fulfil": Standing.FULFILLED, "invoice": Standing.DELIVERING},
        Standing.FULFILLED: {"invoice": Standing.INVOICED},
    },
    {
        Standing.NEW: OrderState.ACTIVE,
        Standing.PENDING: OrderState.ACTIVE,
        Standing.DELIVERING: OrderState.SUBMITTED,
    },
)
"""A partial delivery leaves a submitted order where it is, and so does an invoice over some of what was delivered."""

_OF_A_QUOTE: Final = CustomerDocument.model_fields.keys() - Record.model_fields.keys() - {"number"}


class OrderLine(DocumentLine):
    """`id` tells the line from the others of its order; one without gets a number. Of the `quantity` so much is
    fulfilled, and of that so much invoiced: only actions change these two.
    """

    id: Annotated[str, Field(max_length=64)] = ""
    quantity_fulfilled: Quantity = NOTHING
    quantity_invoiced: Quantity = NOTHING


class LineQuantity(Value):
    """A quantity of one line."""

    line_id: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Quantity


class Order(CustomerDocument, collection="orders", aggregate="sales.order"):
    """Lines, prices and whom it is for can change as long as it is active. `customer_reference` is what the customer
    calls it, `delivery_date` the day on which they want it, `delivered_at` when something was delivered last.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("number",), unique=True),
        Index(("quote_id",), unique=True),
        Index(("customer.id",)),
    )

    personal = replace(PERSONAL, texts=(*PERSONAL.texts, "customer_reference"))

    state: Annotated[OrderState, GUARDED, INDEXED] = OrderState.ACTIVE
    status_reason: Annotated[OrderStatus | None, GUARDED, LISTED] = OrderStatus.NEW
    lines: Annotated[tuple[OrderLine, ...], Field(max_length=MOST_LINES)] = ()
    quote_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("quotes")] = None
    customer_reference: Annotated[Line | None, LISTED, SEARCHED] = None
    delivery_date: Annotated[Day | None, LISTED] = None
    submitted_at: Annotated[Moment | None, GUARDED, LISTED] = None
    delivered_at: Annotated[Moment | None, GUARDED, LISTED] = None
    fulfilled_at: Annotated[Moment | None, GUARDED, LISTED] = None
    canceled_at: Annotated[Moment | None, GUARDED, LISTED] = None
    sent_at: Annotated[Moment | None, GUARDED, LISTED] = None

    @property
    def standing(self) -> Standing:
        if self.state is OrderState.ACTIVE:
            return Standing(self.status_reason or Standing.NEW)
        if self.state is OrderState.SUBMITTED and self.status_reason is OrderStatus.PARTIAL:
            return Standing.DELIVERING
        return Standing(self.state)


class OrderLocked(Locked):
    """What was submitted stays as it was agreed."""

    code, changeable = "order_locked", "an active order"


class OrderEmpty(Refusal):
    """An order of nothing."""

    code = "order_empty"


class OrderWithoutCustomer(Refusal):
    """Nobody can be sent what was sold."""

    code = "order_without_customer"


class OpportunityHasOrder(Refusal):
    """What was ordered stays sold; the order is canceled first."""

    code = "opportunity_has_order"

    def __init__(self, order_id: str, number: str) -> None:
        super().__init__(f"its order {number} is not canceled", order_id=order_id)


def of_quote(quote: Quote) -> Order:
    """The order that an accepted quote names: what was offered, at the figures at which it was."""
    carried = {name: getattr(quote, name) for name in _OF_A_QUOTE} | {"lines": identified(quote.lines)}
    return Order.model_validate({"id": quote.order_id, "owner_id": quote.owner_id, "quote_id": quote.id, **carried})


def itemised(order: Order) -> Order:
    """The order with an id for each line; raises `InvalidFields` for what a client cannot say of one."""
    for number, line in enumerate(order.lines):
        if isinstance(line, OrderLine):
            _require_untouched(line, f"/lines/{number}")
    return order.model_copy(update={"lines": identified(order.lines)})


def _require_untouched(line: OrderLine, pointer: str) -> None:
    for name in ("quantity_fulfilled", "quantity_invoiced"):
        if getattr(line, name) != NOTHING:
            raise InvalidFields.at(f"{pointer}/{name}", "not_settable", "follows from deliveries and invoices")


def identified(lines: Sequence[DocumentLine]) -> tuple[OrderLine, ...]:
    """Each with an id that no other has: the one that it has, else the lowest number that is free."""
    given = [line if isinstance(line, OrderLine) else OrderLine(**line.__dict__) for line in lines]
    first: dict[str, int] = {}
    for number, line in enumerate(given):
        if line.id and first.setdefault(line.id, number) != number:
            raise InvalidFields.at(f"/lines/{number}/id", "not_unique", f"line {first[line.id]} has the id already")
    free = (str(number) for number in count(1) if str(number) not in first)
    return tuple(line if line.id else line.model_copy(update={"id": next(free)}) for line in given)


def require_editable(current: Order, wanted: Order) -> None:
    """Raises `OrderLocked` where anything that was agreed would change."""
    if current.state is not OrderState.ACTIVE and agreed_differs(current, wanted):
        raise OrderLocked(state=current.state, open_actions=MOVES.open_actions(current.standing))


def hold(order: Order) -> tuple[Order, OrderHeld]:
    standing = MOVES.after("hold", state=order.standing)
    return order.evolve(status_reason=OrderStatus(standing)), OrderHeld()


def resume(order: Order) -> tuple[Order, OrderResumed]:
    standing = MOVES.after("resume", state=order.standing)
    return order.evolve(status_reason=OrderStatus(standing)), OrderResumed()


def submit(order: Order, *, at: datetime) -> tuple[Order, OrderSubmitted]:
    """The order is agreed, and handed over to those who deliver it."""
    state = OrderState(MOVES.after("submit", state=order.standing))
    if not order.lines:
        raise OrderEmpty("an order without lines has nothing to deliver")
    if order.customer is None:
        raise OrderWithoutCustomer("an order is submitted for a customer")
    return order.evolve(state=state, status_reason=None, submitted_at=at), OrderSubmitted()


def cancel(order: Order, *, at: datetime) -> tuple[Order, OrderCanceled]:
    """It will not be delivered; what was delivered in part stays sold, and ends by `fulfil` as the final delivery."""
    state = OrderState(MOVES.after("cancel", state=order.standing))
    return order.evolve(state=state, status_reason=None, canceled_at=at), OrderCanceled()


def fulfil(
    order: Order, delivered: Sequence[LineQuantity] | None, *, final: bool, at: datetime
) -> tuple[Order, OrderFulfilled | OrderPartiallyFulfilled]:
    """Notes what was delivered now, by default all that was left.

    The order is fulfilled when nothing is left, or nothing follows because this was the `final` delivery; raises
    `InvalidFields`.
    """
    state = OrderState(MOVES.after("fulfil", state=order.standing))
    lines = _delivered(order.lines, delivered)
    complete = all(line.quantity_fulfilled == line.quantity for line in lines)
    if not complete and not any(line.quantity_fulfilled for line in lines):
        raise InvalidFields.at("/lines", "nothing_delivered", "nothing was delivered; cancel an order that will not be")
    status = OrderStatus.COMPLETE if complete else OrderStatus.PARTIAL
    fulfilled = order.evolve(lines=lines, status_reason=status, delivered_at=at)
    if not complete and not final:
        return fulfilled, OrderPartiallyFulfilled()
    return fulfilled.evolve(state=state, fulfilled_at=at), OrderFulfilled()


def _delivered(lines: Sequence[OrderLine], delivered: Sequence[LineQuantity] | None) -> tuple[OrderLine, ...]:
    if delivered is None:
        return tuple(line.model_copy(update={"quantity_fulfilled": line.quantity}) for line in lines)
    by_id = {line.id: line for line in lines}
    for number, each in enumerate(delivered):
        line = by_id.get(each.line_id)
        if line is None:
            raise InvalidFields.at(f"/lines/{number}/line_id", "unknown_line", f"no line {each.line_id}")
        left = line.quantity - line.quantity_fulfilled
        _require_within(each.quantity, left, f"/lines/{number}/quantity")
        by_id[line.id] = line.model_copy(update={"quantity_fulfilled": line.quantity_fulfilled + each.quantity})
    return tuple(by_id.values())


def _require_within(quantity: Decimal, left: Decimal, pointer: str) -> None:
    if quantity <= 0:
        raise InvalidFields.at(pointer, "not_positive", "must be above zero")
    if quantity > left:
        raise InvalidFields.at(pointer, "more_than_ordered", f"{left} are left to deliver")
