"""Bundles in orders: one is sold as a whole, and delivered, charged and taxed by its components (docs/adr/0057)."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from libs.contracts.priced import PricedComponent, PricedLine
from libs.domain.money import digits_of, rounded
from services.sales.orders.model import Order, OrderLine, identified
from services.sales.pricing.model.document import NOTHING

Pair = tuple[OrderLine, PricedLine]


def unpacked(order: Order) -> Order:
    """The order with a line for each component in place of its bundle, such that all comes to the same."""
    if order.priced is None or not any(line.components for line in order.priced.lines):
        return order
    digits = digits_of(order.currency)
    both = zip(order.lines, order.priced.lines, strict=True)
    pairs = [pair for line, figures in both for pair in _parts(line, figures, digits)]
    priced = order.priced.model_copy(update={"lines": tuple(figures for _, figures in pairs)})
    return order.model_copy(update={"lines": identified([line for line, _ in pairs]), "priced": priced})


def _parts(line: OrderLine, figures: PricedLine, digits: int) -> Iterator[Pair]:
    if not figures.components:
        yield line, figures
    for component in figures.components:
        yield _part(component, figures.description, digits)


def _part(component: PricedComponent, bundle: str, digits: int) -> Pair:
    """What it costs is typed in: a price for each that makes at least its share, and what goes off that."""
    each = _rounded_up(component.amount / component.quantity, digits) if component.quantity else NOTHING
    discount = rounded(each * component.quantity, digits) - component.amount
    line = OrderLine(
        product_id=component.product_id,
        description=component.description,
        quantity=component.quantity,
        unit=component.unit,
        unit_price=each,
        discount=discount,
        tax_code=component.tax_code,
        bundle=bundle,
    )
    known = {name: getattr(component, name) for name in PricedComponent.model_fields}
    return line, PricedLine(**known, unit_price=each, volume_discount=NOTHING, discount=discount, bundle=bundle)


def _rounded_up(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_CEILING)
