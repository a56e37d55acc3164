"""Invoices over orders: what of an order can be charged, what is charged already, and at which prices."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from libs.contracts.documents import OrderInvoiced, OrderState
from libs.contracts.priced import PricedLine
from libs.domain.money import digits_of
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.documents.model import figured
from services.sales.invoices.model import Invoice
from services.sales.orders.model import MOVES, LineQuantity, Order
from services.sales.pricing.model.document import NOTHING, Discount, DocumentLine, Freight
from services.sales.pricing.model.portions import Portion, Whole, portion


class NothingToInvoice(Refusal):
    """All that was delivered is on invoices."""

    code = "nothing_to_invoice"


class OrderHasInvoices(Refusal):
    """Invoices, also canceled ones, keep the order that they are over."""

    code = "order_has_invoices"


def to_invoice(order: Order, asked: Sequence[LineQuantity] | None) -> tuple[LineQuantity, ...]:
    """The quantities of its lines that are asked for, by default all that was delivered and is on no invoice; raises
    `MoveRefused`, `NothingToInvoice`, or `InvalidFields` where it is more than that.
    """
    MOVES.after("invoice", state=order.standing)
    left = {line.id: line.quantity_fulfilled - line.quantity_invoiced for line in order.lines}
    if not any(left.values()):
        raise NothingToInvoice("all that was delivered is on invoices")
    if asked is None:
        return tuple(LineQuantity(line_id=id_, quantity=quantity) for id_, quantity in left.items() if quantity)
    if not asked:
        raise InvalidFields.at("/lines", "missing", "name a line, or leave lines out for all of them")
    wanted: dict[str, Decimal] = {}
    for number, each in enumerate(asked):
        if each.line_id not in left:
            raise InvalidFields.at(f"/lines/{number}/line_id", "unknown_line", f"no line {each.line_id}")
        wanted[each.line_id] = wanted.get(each.line_id, NOTHING) + each.quantity
        if each.quantity <= 0:
            raise InvalidFields.at(f"/lines/{number}/quantity", "not_positive", "must be above zero")
        if wanted[each.line_id] > left[each.line_id]:
            detail = f"{left[each.line_id]} are delivered and on no invoice"
            raise InvalidFields.at(f"/lines/{number}/quantity", "more_than_delivered", detail)
    return tuple(LineQuantity(line_id=id_, quantity=quantity) for id_, quantity in wanted.items())


def invoice(order: Order, lines: Sequence[LineQuantity]) -> tuple[Order, tuple[OrderInvoiced, ...]]:
    """The order with these quantities on an invoice; it is `invoiced` when nothing is left."""
    return settle(_counted(order, lines, 1))


def give_back(order: Order, lines: Sequence[LineQuantity]) -> Order:
    """The invoice over these is no more."""
    returned = _counted(order, lines, -1)
    return returned.evolve(state=OrderState.FULFILLED) if order.state is OrderState.INVOICED else returned


def _counted(order: Order, lines: Sequence[LineQuantity], sign: int) -> Order:
    by_id = {each.line_id: each.quantity * sign for each in lines}
    return order.evolve(
        lines=tuple(
            line.model_copy(update={"quantity_invoiced": line.quantity_invoiced + by_id.get(line.id, NOTHING)})
            for line in order.lines
        )
    )


def settle(order: Order) -> tuple[Order, tuple[OrderInvoiced, ...]]:
    """A fulfilled order is `invoiced` where all that was delivered is on invoices."""
    left = any(line.quantity_invoiced < line.quantity_fulfilled for line in order.lines)
    if left or order.state is not OrderState.FULFILLED:
        return order, ()
    return order.evolve(state=OrderState.INVOICED), (OrderInvoiced(),)


def charging(
    invoice: Invoice,
    order: Order,
    lines: Sequence[LineQuantity],
    others: Sequence[Invoice],
    rates: Mapping[str, Decimal],
) -> Invoice:
    """The invoice over so much of an order, at its prices; with `others`, those that it has, they add up to it. `rates`
    are the taxes that count, in percent by code, where these are not those of the order.
    """
    if order.priced is None:
        raise NothingToInvoice("the order has no lines")
    places = {line.id: place for place, line in enumerate(order.lines)}
    freight_code = order.freight.tax_code if order.freight else None
    whole = Whole(order.priced, freight_code, digits_of(order.currency), order.prices_include_tax, rates)
    quantities = {places[each.line_id]: each.quantity for each in lines}
    taken = [
        Portion(tuple(places[each.line_id] for each in other.order_lines), other.priced)
        for other in others
        if other.priced
    ]
    part = portion(whole, quantities, taken)
    priced = part.priced
    terms = {
        "order_id": order.id,
        "order_lines": tuple(sorted(lines, key=lambda each: places[each.line_id])),
        "price_list_id": order.price_list_id,
        "currency": order.currency,
        "prices_include_tax": order.prices_include_tax,
        "lines": tuple(_asked(line) for line in priced.lines),
        "discount": Discount(amount=priced.discount) if priced.discount else None,
        "freight": Freight(amount=priced.freight, tax_code=freight_code) if priced.freight else None,
    }
    return figured(invoice.evolve(**terms), priced)


def _asked(line: PricedLine) -> DocumentLine:
    return DocumentLine(
        product_id=line.product_id,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price - line.volume_discount,
        discount=line.discount,
        tax_code=line.tax_code,
        bundle=line.bundle,
    )


def over_order(order: Order, *, id: str, supplied_on: date | None) -> Invoice:
    """The invoice for whom the order is for, over nothing yet; raises `InvalidFields` where that is nobody."""
    carried = {name: getattr(order, name) for name in ("name", "contact_id", "billing_address", "terms", "owner_id")}
    if order.customer is None:
        raise InvalidFields.at("/customer", "missing", "the order is for nobody yet")
    delivered = order.delivered_at or order.fulfilled_at
    on = supplied_on or (delivered.date() if delivered else None)
    return Invoice(id=id, customer=order.customer, supplied_on=on, **carried)
