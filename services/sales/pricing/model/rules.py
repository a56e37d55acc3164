"""How the price of one product comes about: by which method, rounded how, and less how much for many."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.values import Amount, Percent, Quantity, Value
from libs.domain.money import rounded
from libs.domain.refusals import FieldError

MOST_TIERS: Final = 20


class Method(StrEnum):
    """An amount; so many percent of the list price; the cost and so many percent of it; such that so many percent of
    the price are left after the cost.
    """

    AMOUNT = "amount"
    PERCENT_OF_LIST = "percent_of_list"
    MARKUP = "markup"
    MARGIN = "margin"


class Direction(StrEnum):
    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


_DIRECTIONS: Final = {
    Direction.NEAREST: ROUND_HALF_UP,
    Direction.UP: ROUND_CEILING,
    Direction.DOWN: ROUND_FLOOR,
}


class Rounding(Value):
    """To a multiple of `to`, then `less`: up to 10 less 0.01 makes 9.99, 19.99, 29.99."""

    direction: Direction = Direction.NEAREST
    to: Annotated[Amount, Field(gt=0)]
    less: Amount = Decimal(0)

    def of(self, price: Decimal) -> Decimal:
        multiples = (price / self.to).quantize(Decimal(1), _DIRECTIONS[self.direction])
        return max(multiples * self.to - self.less, Decimal(0))


class Tier(Value):
    """What each piece costs less where at least so many are bought: an amount, or so many percent."""

    from_quantity: Annotated[Quantity, Field(gt=0)]
    amount: Amount | None = None
    percent: Annotated[Percent, Field(le=100)] | None = None

    def off(self, unit_price: Decimal) -> Decimal:
        return unit_price * (self.percent or 0) / 100 if self.amount is None else self.amount


class PriceRule(Value):
    method: Method
    amount: Amount | None = None
    percent: Percent | None = None
    rounding: Rounding | None = None
    tiers: Annotated[tuple[Tier, ...], Field(max_length=MOST_TIERS)] = ()

    def volume_discount(self, unit_price: Decimal, quantity: Decimal, digits: int) -> Decimal:
        """What each piece costs less: by the highest tier that the quantity reaches, never more than the price."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity]
        highest = max(reached, key=lambda tier: tier.from_quantity, default=None)
        return rounded(min(highest.off(unit_price), unit_price) if highest else Decimal(0), digits)


@dataclass(frozen=True, slots=True)
class Basis:
    """What methods start from, in the currency of the document; None where the product does not say it."""

    list_price: Decimal | None
    cost: Decimal | None


class NothingToStartFrom(Exception):
    """The product has no list price, or no cost, that the method could start from."""


def price_by(rule: PriceRule, basis: Basis, digits: int) -> Decimal:
    """What one piece costs by the rule; raises `NothingToStartFrom`."""
    exact = _exact(rule, basis)
    return rounded(exact if rule.rounding is None else rule.rounding.of(exact), digits)


def _exact(rule: PriceRule, basis: Basis) -> Decimal:
    percent = rule.percent or Decimal(0)
    match rule.method:
        case Method.AMOUNT:
            return rule.amount or Decimal(0)
        case Method.PERCENT_OF_LIST:
            return _given(basis.list_price) * percent / 100
        case Method.MARKUP:
            return _given(basis.cost) * (100 + percent) / 100
        case Method.MARGIN:
            return _given(basis.cost) * 100 / (100 - percent)


def _given(amount: Decimal | None) -> Decimal:
    if amount is None:
        raise NothingToStartFrom
    return amount


def flaws(rule: PriceRule, pointer: str) -> Iterator[FieldError]:
    """What does not go together in a rule."""
    wanted, other = ("amount", "percent") if rule.method is Method.AMOUNT else ("percent", "amount")
    if getattr(rule, wanted) is None:
        yield FieldError(f"{pointer}/{wanted}", "missing", f"a price by {rule.method} has {wanted}")
    if getattr(rule, other) is not None:
        yield FieldError(f"{pointer}/{other}", "not_for_this_method", f"a price by {rule.method} has no {other}")
    if rule.method is Method.MARGIN and (rule.percent or 0) >= 100:
        yield FieldError(f"{pointer}/percent", "less_than", "a margin is less than 100 percent of the price")
    for number, tier in enumerate(rule.tiers):
        at = f"{pointer}/tiers/{number}"
        if (tier.amount is None) == (tier.percent is None):
            yield FieldError(f"{at}/amount", "one_of", "a tier has either amount or percent")
        if number and tier.from_quantity <= rule.tiers[number - 1].from_quantity:
            yield FieldError(f"{at}/from_quantity", "not_rising", "tiers rise by their quantity")


def amounts_in(rule: PriceRule, pointer: str) -> Iterator[tuple[str, Decimal]]:
    """Every amount of a rule by its pointer."""
    parts = [(pointer, "amount", rule.amount)]
    if rule.rounding is not None:
        parts += [(f"{pointer}/rounding", "to", rule.rounding.to), (f"{pointer}/rounding", "less", rule.rounding.less)]
    parts += [(f"{pointer}/tiers/{number}", "amount", tier.amount) for number, tier in enumerate(rule.tiers)]
    return ((f"{at}/{name}", amount) for at, name, amount in parts if amount is not None)
