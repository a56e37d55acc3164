"""What products, price lists, tax codes and currencies say of a line, and what they refuse."""

from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.sales.pricing.model.document import DocumentLine, PriceRequest, Rule
from services.sales.pricing.model.engine import calculate
from services.sales.pricing.model.offering import Catalogue
from tests.services.sales.pricing.samples import TODAY, calculated, currency, price_list, priced, product

DESK = {"product_id": "desk", "quantity": 1}


def unit_price(rule: dict[str, Any]) -> Decimal:
    prices = price_list(items=[{"product_id": "desk", **rule}])
    return priced(prices, lines=[{"product_id": "desk", "quantity": 1}]).lines[0].unit_price


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"method": "amount", "amount": "199.00"}, "199.00"),
        ({"method": "percent_of_list", "percent": "90"}, "224.91"),
        ({"method": "markup", "percent": "40"}, "210.00"),
        ({"method": "margin", "percent": "40"}, "250.00"),
        ({"method": "margin", "percent": "33.3"}, "224.89"),
        ({"method": "percent_of_list", "percent": "90", "rounding": {"to": "0.05"}}, "224.90"),
        ({"method": "percent_of_list", "percent": "90", "rounding": {"to": "0.05", "direction": "up"}}, "224.95"),
        ({"method": "percent_of_list", "percent": "90", "rounding": {"to": "10", "less": "0.01"}}, "219.99"),
        ({"method": "percent_of_list", "percent": "90", "rounding": {"to": "10", "direction": "down"}}, "220.00"),
        ({"method": "amount", "amount": "2", "rounding": {"to": "10", "direction": "down", "less": "0.01"}}, "0.00"),
    ],
)
def test_each_method_makes_its_price(rule: dict[str, Any], expected: str) -> None:
    assert unit_price(rule) == Decimal(expected)


def test_without_a_price_list_the_list_price_counts() -> None:
    assert priced(lines=[DESK]).lines[0].unit_price == Decimal("249.90")


def test_what_a_price_list_does_not_name_has_its_other_price() -> None:
    prices = price_list(
        items=[{"product_id": "lamp", "method": "amount", "amount": "35"}],
        otherwise={"method": "percent_of_list", "percent": "50"},
    )

    lines = priced(prices, lines=[DESK, {"product_id": "lamp", "quantity": 1}]).lines

    assert [line.unit_price for line in lines] == [Decimal("124.95"), Decimal("35.00")]


@pytest.mark.parametrize(
    ("quantity", "discount", "amount"),
    [("9", "0.00", "359.91"), ("10", "2.00", "379.90"), ("99.5", "2.00", "3780.01"), ("100", "4.00", "3599.00")],
)
def test_many_cost_less_each_by_the_highest_tier_that_they_reach(quantity: str, discount: str, amount: str) -> None:
    tiers = [{"from_quantity": 10, "amount": "2"}, {"from_quantity": 100, "percent": "10"}]
    rule = {"product_id": "lamp", "method": "percent_of_list", "percent": "100", "tiers": tiers}

    (line,) = priced(price_list(items=[rule]), lines=[{"product_id": "lamp", "quantity": quantity}]).lines

    assert (line.volume_discount, line.amount) == (Decimal(discount), Decimal(amount))


def test_a_tier_takes_no_more_than_the_price() -> None:
    rule = {"method": "amount", "amount": "5", "tiers": [{"from_quantity": 1, "amount": "9"}]}

    (line,) = priced(price_list(otherwise=rule), lines=[DESK]).lines

    assert (line.volume_discount, line.amount) == (Decimal(5), Decimal(0))


def test_a_typed_in_price_goes_before_the_price_list_and_its_tiers() -> None:
    tiers = [{"from_quantity": 1, "percent": "50"}]
    prices = price_list(otherwise={"method": "amount", "amount": "5", "tiers": tiers})

    (line,) = priced(prices, lines=[{**DESK, "unit_price": "7"}]).lines

    assert (line.unit_price, line.volume_discount) == (Decimal(7), Decimal(0))


def test_a_price_in_another_currency_is_converted_at_the_rate_of_the_day() -> None:
    rug = {"product_id": "rug", "quantity": 1}

    answer = calculated(currency="EUR", lines=[rug])

    assert answer.priced.lines[0].unit_price == Decimal("100.00")
    assert [(step.rule, step.amount) for step in answer.explain[:2]] == [
        (Rule.LIST_PRICE, Decimal("108.45")),
        (Rule.CONVERTED, Decimal("100.00")),
    ]
    with pytest.raises(InvalidFields) as refused:
        priced(currency="EUR", on="2026-10-31", lines=[rug])
    assert refused.value.errors[0].code == "other_currency"


def test_a_half_that_a_conversion_makes_is_rounded_up_too() -> None:
    """0.03 at 1.2 is 0.025, which a quotient of rates, cut off somewhere, would miss."""
    rates = {each.code: each for each in (currency("EUR", ("2026-01-01", "1")), currency("USD", ("2026-01-01", "1.2")))}
    pin = product("pin", list_price=Decimal("0.03"), currency="USD", tax_code=None)
    known = Catalogue(products={"pin": pin}, price_list=None, tax_codes={}, currencies=rates)
    request = PriceRequest(lines=(DocumentLine(product_id="pin", quantity=Decimal(1)),))

    assert calculate(request, known, today=TODAY).priced.total == Decimal("0.03")


@pytest.mark.parametrize(("on", "percent"), [("2020-06-30", 19), ("2020-07-01", 16), ("2021-01-01", 19)])
def test_the_tax_is_that_of_the_day(on: str, percent: int) -> None:
    assert priced(on=on, lines=[DESK]).lines[0].tax_percent == percent


LIST: dict[str, Any] = {"otherwise": {"method": "amount", "amount": "5"}}
REFUSED = [
    ({"lines": [{**DESK, "quantity": -1}]}, None, "/lines/0/quantity", "negative_quantity"),
    ({"lines": [DESK, {**DESK, "discount": "249.91"}]}, None, "/lines/1/discount", "discount_exceeds_amount"),
    ({"lines": [DESK], "discount": {"amount": "249.91"}}, None, "/discount/amount", "discount_exceeds_amount"),
    ({"lines": [DESK], "discount": {"percent": "100", "amount": "0.01"}}, None, "/discount/amount",
     "discount_exceeds_amount"),
    ({"lines": [{"product_id": "chair", "quantity": 1}]}, None, "/lines/0/product_id", "product_retired"),
    ({"lines": [{"product_id": "shelf", "quantity": 1}]}, None, "/lines/0/product_id", "product_draft"),
    ({"lines": [{"product_id": "nowhere", "quantity": 1}]}, None, "/lines/0/product_id", "unknown_reference"),
    ({"lines": [{"product_id": "vase", "quantity": 1}]}, None, "/lines/0/product_id", "no_price"),
    ({"lines": [DESK]}, {}, "/lines/0/product_id", "not_in_price_list"),
    ({"lines": [DESK]}, {"otherwise": {"method": "markup", "percent": 1}, "currency": "USD"}, "/price_list_id",
     "other_currency"),
    ({"lines": [DESK]}, {**LIST, "valid_until": "2026-11-21"}, "/price_list_id", "price_list_not_valid"),
    ({"lines": [DESK]}, {**LIST, "valid_from": "2026-11-23"}, "/price_list_id", "price_list_not_valid"),
    ({"lines": [DESK]}, {**LIST, "state": "inactive"}, "/price_list_id", "price_list_not_valid"),
    ({"lines": [DESK], "price_list_id": "nowhere"}, None, "/price_list_id", "unknown_reference"),
    ({"lines": [{**DESK, "unit": "hour"}]}, None, "/lines/0/unit", "other_unit"),
    ({"lines": [{**DESK, "tax_code": "none"}]}, None, "/lines/0/tax_code", "unknown_tax_code"),
    ({"lines": [{**DESK, "tax_code": "former"}]}, None, "/lines/0/tax_code", "unknown_tax_code"),
    ({"lines": [{**DESK, "tax_code": "coming"}]}, None, "/lines/0/tax_code", "no_tax_rate"),
    ({"lines": [], "freight": {"amount": "5", "tax_code": "none"}}, None, "/freight/tax_code", "unknown_tax_code"),
    ({"lines": [], "freight": {"amount": "5.001"}}, None, "/freight/amount", "too_many_decimals"),
    ({"lines": [{**DESK, "unit_price": "1.005"}]}, None, "/lines/0/unit_price", "too_many_decimals"),
    ({"lines": [{"quantity": 1, "unit_price": "1"}]}, None, "/lines/0/description", "missing"),
    ({"lines": [{"quantity": 1, "description": "Work"}]}, None, "/lines/0/unit_price", "missing"),
    ({"lines": [], "currency": "XYZ"}, None, "/currency", "unknown_currency"),
    ({"lines": [{**DESK, "quantity": 99999999, "unit_price": "9999999999"}]}, None, "/lines", "amount_too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "prices", "pointer", "code"), REFUSED)
def test_what_cannot_be_is_named_where_it_stands(
    request_: dict[str, Any], prices: dict[str, Any] | None, pointer: str, code: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        priced(None if prices is None else price_list(**prices), **request_)

    assert [(each.pointer, each.code) for each in refused.value.errors] == [(pointer, code)]


def test_every_line_that_cannot_be_priced_is_named() -> None:
    with pytest.raises(InvalidFields) as refused:
        priced(lines=[{"product_id": each, "quantity": 1} for each in ("chair", "desk", "shelf")])

    assert [each.pointer for each in refused.value.errors] == ["/lines/0/product_id", "/lines/2/product_id"]


def test_each_step_is_explained_in_its_order() -> None:
    tiers = [{"from_quantity": 2, "percent": "10"}]
    prices = price_list(items=[{"product_id": "desk", "method": "percent_of_list", "percent": "90", "tiers": tiers}])

    answer = calculated(
        prices, lines=[{**DESK, "quantity": 2, "discount": "4"}], discount={"percent": 5}, freight={"amount": 9}
    )

    assert [(step.pointer, step.rule, step.amount) for step in answer.explain] == [
        ("/lines/0", "list_price", Decimal("249.90")),
        ("/lines/0", "price_list", Decimal("224.91")),
        ("/lines/0", "volume_discount", Decimal("22.49")),
        ("/lines/0", "line_discount", Decimal(4)),
        ("/lines/0", "line_amount", Decimal("400.84")),
        ("/lines", "subtotal", Decimal("400.84")),
        ("/discount", "discount", Decimal("20.04")),
        ("/freight", "freight", Decimal(9)),
        ("/lines", "tax", Decimal("72.35")),
        ("", "total", Decimal("462.15")),
    ]


def test_an_explanation_does_not_tell_what_a_product_costs_us() -> None:
    prices = price_list(otherwise={"method": "markup", "percent": "40"})

    steps = calculated(prices, lines=[DESK]).explain

    assert not [step for step in steps if "150" in f"{step.amount} {step.detail}" or "40" in step.detail]
