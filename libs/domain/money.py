"""Amounts have no more digits after the point than their currency."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision, list_currencies

from libs.domain.record import Record, specs_of
from libs.domain.refusals import FieldError, InvalidFields


@cache
def _precision(currency: str) -> int | None:
    """Digits after the point, None for a code that ISO 4217 does not know."""
    return get_currency_precision(currency) if currency in list_currencies() else None


def refuse_excess_digits(record_type: type[Record], values: Mapping[str, Any]) -> None:
    """Raises `InvalidFields` for an unknown currency, or naming each amount that is finer than its currency."""
    currency = values.get("currency")
    if currency is None:
        return
    precision = _precision(currency)
    if precision is None:
        raise InvalidFields.at("/currency", "unknown_currency", f"{currency} is not an ISO 4217 currency")
    errors = [
        FieldError(f"/{name}", "too_many_decimals", f"{currency} has {precision} digits after the point")
        for name, spec in specs_of(record_type).items()
        if spec.type is Decimal and isinstance(amount := values.get(name), Decimal) and _digits(amount) > precision
    ]
    if errors:
        raise InvalidFields("amounts are finer than their currency", errors=errors)


def _digits(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
