"""Amounts in whole coins of their currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.domain.money import digits_of, refuse_finer, rounded, spread
from libs.domain.refusals import InvalidFields

DIGITS = st.sampled_from([0, 2, 3])
COINS = st.integers(0, 10**12)


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("BHD", 3)])
def test_each_currency_has_its_own_digits(currency: str, digits: int) -> None:
    assert digits_of(currency) == digits


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [("0.005", 2, "0.01"), ("0.015", 2, "0.02"), ("0.0149", 2, "0.01"), ("0.5", 0, "1"), ("0.0005", 3, "0.001")],
)
def test_a_half_coin_is_rounded_up(amount: str, digits: int, expected: str) -> None:
    assert rounded(Decimal(amount), digits) == Decimal(expected)


def test_what_is_finer_than_its_currency_is_named() -> None:
    with pytest.raises(InvalidFields) as refused:
        refuse_finer("JPY", {"/lines/0/unit_price": Decimal("1.5"), "/discount/amount": Decimal("2.0")})

    assert [(each.pointer, each.code) for each in refused.value.errors] == [
        ("/lines/0/unit_price", "too_many_decimals")
    ]


@given(DIGITS, COINS, st.lists(COINS, min_size=1, max_size=30))
def test_parts_add_up_and_stay_within_a_coin_of_their_proportion(digits: int, coins: int, weights: list[int]) -> None:
    amount, whole = Decimal(coins).scaleb(-digits), [Decimal(weight).scaleb(-digits) for weight in weights]

    parts = spread(amount, whole, digits)

    assert sum(parts) == (amount if sum(weights) else 0)
    for part, weight in zip(parts, weights, strict=True):
        exact = coins * weight / sum(weights) if sum(weights) else 0
        assert abs(float(part.scaleb(digits)) - exact) < 1.001
        assert weight or not part


@given(DIGITS, st.data())
def test_no_part_is_more_than_its_weight_where_the_whole_is_not(digits: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(COINS, min_size=1, max_size=30))
    coins = data.draw(st.integers(0, sum(weights)))
    whole = [Decimal(weight).scaleb(-digits) for weight in weights]

    parts = spread(Decimal(coins).scaleb(-digits), whole, digits)

    assert all(0 <= part <= weight for part, weight in zip(parts, whole, strict=True))


def test_what_is_left_goes_to_those_that_lost_most() -> None:
    thirds = spread(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)], 2)
    uneven = spread(Decimal("0.10"), [Decimal(1), Decimal(2), Decimal(4)], 2)

    assert thirds == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert uneven == [Decimal("0.01"), Decimal("0.03"), Decimal("0.06")]


def test_of_equal_losses_the_heavier_is_made_good_wherever_it_stands() -> None:
    light, heavy = Decimal("0.01"), Decimal("0.03")

    assert spread(Decimal("0.02"), [light, heavy], 2) == [Decimal(0), Decimal("0.02")]
    assert spread(Decimal("0.02"), [heavy, light], 2) == [Decimal("0.02"), Decimal(0)]
