from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.sales.price_lists.model import require_sound
from tests.services.sales.pricing.samples import price_list

AMOUNT = {"method": "amount", "amount": "5"}


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, "/valid_until", "before_start"),
        ({"items": [{**AMOUNT, "product_id": "a"}] * 2}, "/items/1/product_id", "duplicate"),
        ({"items": [{"product_id": "a", "method": "amount"}]}, "/items/0/amount", "missing"),
        ({"otherwise": {"method": "markup"}}, "/otherwise/percent", "missing"),
        ({"otherwise": {**AMOUNT, "percent": 5}}, "/otherwise/percent", "not_for_this_method"),
        ({"otherwise": {"method": "margin", "percent": 100}}, "/otherwise/percent", "less_than"),
        ({"otherwise": {**AMOUNT, "tiers": [{"from_quantity": 5}]}}, "/otherwise/tiers/0/amount", "one_of"),
        (
            {"otherwise": {**AMOUNT, "tiers": [{"from_quantity": 5, "percent": 1}] * 2}},
            "/otherwise/tiers/1/from_quantity",
            "not_rising",
        ),
        ({"otherwise": {"method": "amount", "amount": "0.005"}}, "/otherwise/amount", "too_many_decimals"),
        (
            {"currency": "JPY", "otherwise": {**AMOUNT, "rounding": {"to": "0.5"}}},
            "/otherwise/rounding/to",
            "too_many_decimals",
        ),
    ],
)
def test_a_list_that_contradicts_itself_is_refused_where_it_does(
    fields: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(price_list(**fields))

    assert [(each.pointer, each.code) for each in refused.value.errors] == [(pointer, code)]


def test_a_margin_needs_something_left_of_the_price() -> None:
    barely = price_list(otherwise={"method": "margin", "percent": "99.99"})

    assert require_sound(barely) is barely
