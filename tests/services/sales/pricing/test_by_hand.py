"""The calculation of docs/guides/pricing.md, worked out on paper."""

from decimal import Decimal
from typing import Any, Final

from libs.contracts.priced import Priced
from tests.services.sales.pricing.samples import price_list, priced

TIERS: Final = [{"from_quantity": 3, "percent": 2}]
DESKS: Final = {
    "product_id": "desk", "method": "percent_of_list", "percent": 90, "rounding": {"to": "0.05"}, "tiers": TIERS
}  # fmt: skip
PRICES: Final = price_list(items=[DESKS], otherwise={"method": "percent_of_list", "percent": 100})
REQUEST: Final[dict[str, Any]] = {
    "lines": [
        {"product_id": "desk", "quantity": 3, "discount": 10},
        {"product_id": "book", "quantity": 7},
    ],
    "discount": {"percent": 3},
    "freight": {"amount": "14.90", "tax_code": "standard"},
}


def row(*figures: str) -> list[Decimal]:
    return [Decimal(figure) for figure in figures]


def totals(figures: Priced) -> list[Decimal]:
    return [figures.subtotal, figures.discount, figures.freight, figures.net, figures.tax, figures.total]


def lines(figures: Priced) -> list[list[Decimal]]:
    return [[each.amount, each.discount_share, each.net, each.tax, each.total] for each in figures.lines]


def test_the_tax_comes_on_top() -> None:
    figures = priced(PRICES, **REQUEST)

    assert totals(figures) == row("735.20", "22.06", "14.90", "728.04", "128.55", "856.59")
    assert lines(figures) == [
        row("651.20", "19.54", "631.66", "120.02", "751.68"),
        row("84.00", "2.52", "81.48", "5.70", "87.18"),
    ]
    assert [(each.tax_code, each.net, each.tax) for each in figures.taxes] == [
        ("reduced", Decimal("81.48"), Decimal("5.70")),
        ("standard", Decimal("646.56"), Decimal("122.85")),
    ]
    assert figures.freight_tax == Decimal("2.83")


def test_the_tax_is_taken_out_where_prices_include_it() -> None:
    """646.56 x 19 / 119 is 103.2322, 81.48 x 7 / 107 is 5.3305."""
    figures = priced(PRICES, **REQUEST, prices_include_tax=True)

    assert totals(figures) == row("735.20", "22.06", "14.90", "619.48", "108.56", "728.04")
    assert [(each.net, each.tax) for each in figures.taxes] == [
        (Decimal("76.15"), Decimal("5.33")),
        (Decimal("543.33"), Decimal("103.23")),
    ]


def test_yen_have_no_parts() -> None:
    """33.33 % of 100 are 33, and 19 % of 67 are 12.73."""
    line = {"description": "Work", "quantity": 1, "unit_price": 100, "tax_code": "standard"}

    figures = priced(currency="JPY", lines=[line], discount={"percent": "33.33"})

    assert totals(figures) == row("100", "33", "0", "67", "13", "80")
