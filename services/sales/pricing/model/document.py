"""What is asked of the pricing engine, and how it explains its answer."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.priced import Priced
from libs.contracts.values import Amount, Currency, Day, Percent, Quantity, Value
from libs.domain.fields import Line

MOST_LINES: Final = 100
"""With their figures, before and after a change, so many fit into an event; components of bundles count as lines."""

MOST_OPTIONS: Final = 50

NOTHING: Final = Decimal(0)


class DocumentLine(Value):
    """A product, or with a `unit_price` anything that has a `description`. What is given here goes before what the
    product and its price list say; `discount` is what the whole line costs less. `options` are the products, among the
    components of a bundle that it does not require, that are wanted with it; `bundle` names that of which it is a part.
    """

    product_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    description: Line | None = None
    quantity: Quantity
    unit: Line | None = None
    unit_price: Amount | None = None
    discount: Amount = NOTHING
    tax_code: Line | None = None
    options: Annotated[tuple[Line, ...], Field(max_length=MOST_OPTIONS)] = ()
    bundle: Line | None = None


class Discount(Value):
    """A discount on all lines together: so many percent of what they cost, and an amount."""

    percent: Annotated[Percent, Field(le=100)] = NOTHING
    amount: Amount = NOTHING


class Freight(Value):
    amount: Amount
    tax_code: Line | None = None


class PriceRequest(Value):
    """`on` is the day whose prices and taxes count. With `prices_include_tax` all amounts asked are to be paid as they
    are, else the tax comes on top.
    """

    currency: Currency = "EUR"
    price_list_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    lines: Annotated[tuple[DocumentLine, ...], Field(max_length=MOST_LINES)]
    discount: Discount | None = None
    freight: Freight | None = None
    prices_include_tax: bool = False
    on: Day | None = None


class Rule(StrEnum):
    """What leads from one figure to the next."""

    LIST_PRICE = "list_price"
    PRICE_LIST = "price_list"
    CONVERTED = "converted"
    COMPONENT = "component"
    TYPED_IN = "typed_in"
    VOLUME_DISCOUNT = "volume_discount"
    LINE_DISCOUNT = "line_discount"
    LINE_AMOUNT = "line_amount"
    SUBTOTAL = "subtotal"
    DISCOUNT = "discount"
    FREIGHT = "freight"
    TAX = "tax"
    TOTAL = "total"


class Step(Value):
    """One step of the calculation: which part of what was asked it is about, by which rule, and with what result, in
    words.
    """

    pointer: str
    rule: Rule
    amount: Amount
    detail: str


class Calculation(Value):
    """The figures, and how they came about."""

    priced: Priced
    explain: tuple[Step, ...]
