"""Exact numbers survive the database."""

from decimal import Decimal

from bson.decimal128 import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from libs.store.mongo import to_decimal


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**20), max_value=10**20))
def test_a_number_reads_back_digit_for_digit(number: Decimal) -> None:
    stored = Decimal128(number) if len(number.as_tuple().digits) <= 34 else Decimal128(number.normalize())

    assert to_decimal(stored).as_tuple() == stored.to_decimal().as_tuple()


def test_what_is_no_ordinary_amount_is_read_too() -> None:
    for text in ("-0", "0.00", "1E+6000", "9999999999999999999999999999999999", "-1E-6176", "Infinity", "NaN"):
        stored = Decimal128(text)
        assert to_decimal(stored).as_tuple() == stored.to_decimal().as_tuple()
