"""What documents of sales come to, line by line: the figures that quotes, orders, invoices and opportunities share."""

from libs.contracts.values import Amount, Day, Percent, Quantity, Value


class PricedComponent(Value):
    """What one component has of the figures of its bundle; `quantity` is that of all bundles of the line."""

    product_id: str
    sku: str
    description: str
    quantity: Quantity
    unit: str
    amount: Amount
    discount_share: Amount
    tax_code: str | None = None
    tax_percent: Percent
    net: Amount
    tax: Amount
    total: Amount


class PricedLine(Value):
    """`amount` is (`unit_price` - `volume_discount`) x `quantity` - `discount`; less its share of the discount on all
    lines it is `net` before tax, or `total` where prices include it.

    The figures of a bundle are those of its `components` together; where these bear different taxes it has no
    `tax_code`, and its `tax_percent` is what they come to. `bundle` is the name of that of which the line is a part.
    """

    product_id: str | None = None
    sku: str | None = None
    description: str
    quantity: Quantity
    unit: str | None = None
    unit_price: Amount
    volume_discount: Amount
    discount: Amount
    amount: Amount
    discount_share: Amount
    tax_code: str | None = None
    tax_percent: Percent
    net: Amount
    tax: Amount
    total: Amount
    components: tuple[PricedComponent, ...] = ()
    bundle: str | None = None


class TaxLine(Value):
    """What one tax code makes of all that it applies to."""

    tax_code: str | None = None
    percent: Percent
    net: Amount
    tax: Amount


class Priced(Value):
    """All figures of a document. `subtotal` is what the lines amount to, `discount` goes off it, `freight` comes on
    top, all as asked; `net` and `tax` add up to `total`. So do those of lines and freight, to the coin.
    """

    on: Day
    lines: tuple[PricedLine, ...]
    taxes: tuple[TaxLine, ...]
    subtotal: Amount
    discount: Amount
    freight: Amount
    freight_tax: Amount
    net: Amount
    tax: Amount
    total: Amount
