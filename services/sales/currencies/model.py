"""The currency: what it is worth since when."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field, WithJsonSchema

from libs.contracts.values import Currency as CurrencyCode
from libs.domain.fields import INITIAL, LISTED, Line
from libs.domain.lifecycle import Lifecycle
from libs.domain.money import digits_of
from libs.domain.record import Index, Record
from libs.domain.refusals import FieldError, InvalidFields
from services.sales.pricing.model.dated import Dated, in_force, repeated_days

Rate = Annotated[
    Decimal,
    Field(allow_inf_nan=False, gt=0, max_digits=15, decimal_places=8),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]


class ExchangeRate(Dated):
    """How many of the currency one of the organisation's own buys, from a day on; its own always has 1."""

    rate: Rate


class Currency(Record, collection="currencies", aggregate="sales.currency"):
    indexes: ClassVar[tuple[Index, ...]] = (Index(("code",), unique=True),)

    code: Annotated[CurrencyCode, INITIAL, LISTED]
    name: Annotated[Line | None, LISTED] = None
    rates: Annotated[tuple[ExchangeRate, ...], Field(min_length=1, max_length=1000)]

    def rate_on(self, day: date) -> Decimal | None:
        """None before its first rate."""
        rate = in_force(self.rates, day)
        return None if rate is None else rate.rate


def converted(
    amount: Decimal, code: str, wanted: str, currencies: Mapping[str, Currency], *, on: date
) -> Decimal | None:
    """The amount in the `wanted` currency by the rates of a day, not rounded; None where no rate leads there."""
    if code == wanted:
        return amount
    ours, theirs = (_rate(currencies.get(each), on) for each in (wanted, code))
    return None if ours is None or theirs is None else amount * ours / theirs


def _rate(currency: Currency | None, on: date) -> Decimal | None:
    return currency.rate_on(on) if currency is not None and currency.state == Lifecycle.ACTIVE else None


def require_sound(currency: Currency) -> Currency:
    """The currency itself; raises `InvalidFields` for an unknown code, and where two rates begin on one day."""
    try:
        digits_of(currency.code)
    except InvalidFields as refusal:
        detail = refusal.errors[0]
        raise InvalidFields("no such currency", errors=[FieldError("/code", detail.code, detail.detail)]) from None
    if errors := list(repeated_days(currency.rates, "/rates")):
        raise InvalidFields("rates contradict each other", errors=errors)
    return currency
