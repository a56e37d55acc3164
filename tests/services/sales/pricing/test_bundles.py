"""A bundle has one price; its components divide it, each with its own tax."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.priced import Priced, PricedLine
from libs.domain.refusals import InvalidFields
from services.sales.documents.model import figured, request_of
from services.sales.order_bundles.model import unpacked
from services.sales.orders.model import Order, itemised
from services.sales.pricing.model.document import MOST_LINES
from services.sales.pricing.model.engine import calculate
from tests.services.sales.pricing.samples import (
    TODAY,
    amounts,
    bundled,
    calculated,
    catalogue,
    price_list,
    priced,
    written_in,
)

SUMMED = ("amount", "discount_share", "net", "tax", "total")


def line(product_id: str = "set", quantity: str = "1", **asked: Any) -> PricedLine:
    return priced(lines=[{"product_id": product_id, "quantity": quantity, **asked}]).lines[0]


def parts(line: PricedLine) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(each.sku, each.quantity, each.amount, each.tax) for each in line.components]


def refusal(**asked: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFields) as refused:
        priced(lines=[{"quantity": "1", **asked}])
    return [(each.pointer, each.code) for each in refused.value.errors]


def test_what_a_bundle_costs_is_divided_by_what_its_components_cost_alone() -> None:
    """A desk of 249.90 and two books of 12.00 for 265.00: 241.7785 and 23.2214, and of each its own tax."""
    sold = line()

    assert (sold.unit_price, sold.amount) == (Decimal("265.00"), Decimal("265.00"))
    assert parts(sold) == [
        ("DESK", Decimal(1), Decimal("241.78"), Decimal("45.94")),
        ("BOOK", Decimal(2), Decimal("23.22"), Decimal("1.63")),
    ]
    assert (sold.tax_code, sold.tax_percent, sold.total) == (None, Decimal("17.95"), Decimal("312.57"))


def test_a_bundle_without_a_price_of_its_own_costs_what_its_components_do() -> None:
    calculation = calculated(lines=[{"product_id": "kit", "quantity": "2"}])
    (sold,) = calculation.priced.lines

    assert (sold.unit_price, sold.amount) == (Decimal("259.30"), Decimal("518.60"))
    assert [(each.sku, each.amount) for each in sold.components] == [
        ("DESK", Decimal("499.80")),
        ("BOOK", Decimal("12.00")),
        ("STAMP", Decimal("6.80")),
    ]
    assert [(step.rule, step.detail) for step in calculation.explain][:3] == [
        ("component", "1 x DESK at 249.90"),
        ("component", "0.5 x BOOK at 12.00"),
        ("component", "4 x STAMP at 0.85"),
    ]


def test_a_bundle_in_a_bundle_is_taken_apart_at_its_price() -> None:
    sold = line("office")

    assert sold.amount == 2 * Decimal("265.00") + 3 * Decimal("39.99")
    assert [(each.sku, each.quantity) for each in sold.components] == [
        ("DESK", Decimal(2)),
        ("BOOK", Decimal(4)),
        ("LAMP", Decimal(3)),
    ]


def test_what_is_wanted_beside_a_bundle_is_paid_on_top() -> None:
    with_lamp = line(options=["lamp"])

    assert with_lamp.amount == Decimal("265.00") + Decimal("39.99")
    assert [each.sku for each in with_lamp.components] == ["DESK", "BOOK", "LAMP"]
    assert line(options=["lamp"], unit_price="280").amount == Decimal("280.00")


def test_the_tax_code_of_a_bundle_or_of_its_line_holds_for_all_of_it() -> None:
    own, asked = line("reading"), line(tax_code="export")

    assert [each.tax_code for each in own.components] == ["reduced", "reduced"]
    assert [each.tax_code for each in asked.components] == ["export", "export"]
    assert (own.tax_code, own.tax_percent, asked.tax_code, asked.tax) == (
        "reduced",
        Decimal(7),
        "export",
        Decimal(0),
    )


def test_components_without_a_price_divide_the_bundle_evenly() -> None:
    assert [each.amount for each in line("gift").components] == [Decimal("10.01")]
    assert [each.amount for each in line("gift", options=["book"]).components] == [Decimal("0.00"), Decimal("22.01")]


def test_the_components_follow_their_price_list_and_a_named_bundle_has_its_price_from_there() -> None:
    half = {"method": "percent_of_list", "percent": "50"}
    asked = {"lines": [{"product_id": "kit", "quantity": "1"}]}

    by_parts = priced(price_list(otherwise=half), **asked).lines[0]
    named = price_list(items=[{"product_id": "kit", "method": "amount", "amount": "200"}], otherwise=half)
    by_name = priced(named, **asked).lines[0]

    assert (by_parts.amount, by_name.amount) == (Decimal("124.95") + Decimal("3.00") + Decimal("1.72"), Decimal(200))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"product_id": "set", "options": ["vase"]}, ("/lines/0/options/0", "not_an_option")),
        ({"product_id": "desk", "options": ["lamp"]}, ("/lines/0/options/0", "not_an_option")),
        ({"product_id": "gift", "options": ["vase"]}, ("/lines/0/options/0", "not_an_option")),
        ({"product_id": "kit", "quantity": "0.0001"}, ("/lines/0/quantity", "not_countable")),
        ({"product_id": "set", "discount": "265.01"}, ("/lines/0/discount", "discount_exceeds_amount")),
    ],
)
def test_what_a_bundle_cannot_be_is_refused(asked: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refusal(**asked) == [expected]


def test_components_count_as_lines() -> None:
    asked = [{"product_id": "office", "quantity": "1"}] * (MOST_LINES // 3)
    priced(lines=asked)

    with pytest.raises(InvalidFields) as refused:
        priced(lines=[*asked, *asked[:1]])

    assert [(each.pointer, each.code) for each in refused.value.errors] == [("/lines", "too_many_lines")]


@st.composite
def mixed(draw: st.DrawFn) -> dict[str, Any]:
    """Bundles among other lines, with what goes off all of them and comes on top."""
    lines = draw(st.lists(bundled() | written_in(2), min_size=1, max_size=6))
    return {
        "lines": lines,
        "discount": {"percent": draw(st.decimals(0, 100, places=2))},
        "freight": {"amount": draw(amounts(2, 10**4)), "tax_code": "standard"},
        "prices_include_tax": draw(st.booleans()),
    }


@given(mixed())
def test_a_bundle_is_what_its_components_are_to_the_coin(asked: dict[str, Any]) -> None:
    figures = priced(**asked)

    for line in figures.lines:
        assert not line.components or {name: getattr(line, name) for name in SUMMED} == {
            name: sum(getattr(each, name) for each in line.components) for name in SUMMED
        }
    assert figures.tax == sum(each.tax for each in figures.taxes) == sum_of(figures, "tax") + figures.freight_tax
    assert figures.subtotal == sum_of(figures, "amount")
    assert figures.discount == sum_of(figures, "discount_share")
    assert all(each.amount >= 0 and each.net >= 0 for line in figures.lines for each in line.components)


def sum_of(figures: Priced, name: str) -> Decimal:
    return sum((getattr(line, name) for line in figures.lines), Decimal(0))


@given(mixed())
def test_an_order_has_the_components_in_place_of_a_bundle_and_comes_to_the_same(asked: dict[str, Any]) -> None:
    figures = priced(**asked)

    order = unpacked(figured(itemised(Order.model_validate({"id": "1", "name": "Desks", **asked})), figures))

    assert order.priced is not None
    assert not any(line.components for line in order.priced.lines)
    assert [line.quantity for line in order.lines] == [line.quantity for line in order.priced.lines]
    assert len({line.id for line in order.lines}) == len(order.lines)
    again = calculate(request_of(order, on=TODAY), catalogue(), today=TODAY).priced
    assert again.model_dump(exclude={"lines"}) == figures.model_dump(exclude={"lines"})
    assert [(each.amount, each.tax_code) for each in again.lines] == [
        (each.amount, each.tax_code) for each in order.priced.lines
    ]
