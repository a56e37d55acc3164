"""Amounts have no more digits after the point than their currency; so they are rounded, and divided into parts."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision, list_currencies

from libs.contracts.values import SIGNIFICANT_DIGITS
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
    refuse_finer(
        currency,
        {
            f"/{name}": amount
            for name, spec in specs_of(record_type).items()
            if spec.type is Decimal and isinstance(amount := values.get(name), Decimal)
        },
    )


def refuse_finer(currency: str, amounts: Mapping[str, Decimal]) -> None:
    """Raises `InvalidFields` for an unknown currency, or naming each amount, by its pointer, that is finer than it."""
    precision = digits_of(currency)
    errors = [
        FieldError(pointer, "too_many_decimals", f"{currency} has {precision} digits after the point")
        for pointer, amount in amounts.items()
        if _digits(amount) > precision
    ]
    if errors:
        raise InvalidFields("amounts are finer than their currency", errors=errors)


def digits_of(currency: str) -> int:
    """How many digits an amount has after the point: 2 for EUR, 0 for JPY, 3 for BHD; raises `InvalidFields`."""
    precision = _precision(currency)
    if precision is None:
        raise InvalidFields.at("/currency", "unknown_currency", f"{currency} is not an ISO 4217 currency")
    return precision


def require_countable(amount: Decimal, digits: int, pointer: str) -> None:
    """Raises `InvalidFields` for what has more digits than an amount may have."""
    if amount.scaleb(digits) >= 10**SIGNIFICANT_DIGITS:
        raise InvalidFields.at(pointer, "amount_too_large", f"at most {SIGNIFICANT_DIGITS} digits")


def rounded(amount: Decimal, digits: int) -> Decimal:
    """The nearest amount with so many digits after the point, a half away from zero, as trade rounds."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def spread(amount: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Parts of an amount in proportion to weights, which add up to it exactly; none where all weights are 0.

    All are amounts of so many digits after the point, none negative. By largest remainder: every part is rounded down,
    and what is left goes coin by coin to the parts that lost most; of equal ones to the heavier, then to the earlier.
    """
    coins, whole = int(amount.scaleb(digits)), [int(weight.scaleb(digits)) for weight in weights]
    total = sum(whole)
    if total == 0:
        return [rounded(Decimal(0), digits) for _ in weights]
    parts = [coins * weight // total for weight in whole]
    by_loss = sorted(range(len(whole)), key=lambda i: (-(coins * whole[i] % total), -whole[i], i))
    for i in by_loss[: coins - sum(parts)]:
        parts[i] += 1
    return [Decimal(part).scaleb(-digits) for part in parts]


def _digits(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
