"""The goal: how much is to be sold, by whom and by when."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from libs.contracts.values import Amount, Currency, Day
from libs.domain.fields import INDEXED, LISTED, Line, Lookup, Text
from libs.domain.money import digits_of, rounded
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields

MOST_LEVELS: Final = 5
MOST_GOALS: Final = 200
"""Goals of one tree."""

_HUNDRED: Final = Decimal(100)


class Metric(StrEnum):
    WON_VALUE = "won_value"
    WON_COUNT = "won_count"
    INVOICED_VALUE = "invoiced_value"
    PAID_VALUE = "paid_value"


OF_SALES: Final = frozenset({Metric.WON_VALUE, Metric.WON_COUNT})
"""What open opportunities tell the future of."""


class Goal(Record, collection="goals", aggregate="sales.goal"):
    """A goal of a user, of a team and its members, or of everybody.

    `target` is an amount of the currency before tax, or a number of sales. Days begin and end in UTC; both ends belong
    to it. A goal with goals under it counts what these do.
    """

    name: Annotated[Line, INDEXED]
    description: Text | None = None
    metric: Annotated[Metric, LISTED] = Metric.WON_VALUE
    user_id: Annotated[str | None, INDEXED, Lookup.to("users")] = None
    team_id: Annotated[str | None, INDEXED, Lookup.to("teams")] = None
    starts_on: Annotated[Day, LISTED]
    ends_on: Annotated[Day, LISTED]
    target: Annotated[Amount, Field(gt=0), LISTED]
    currency: Annotated[Currency, LISTED] = "EUR"
    parent_goal_id: Annotated[str | None, INDEXED, Lookup.to("goals")] = None


class Unconverted(BaseModel):
    """What counts, or may come, but in a currency from which no rate led to that of the goal on the day."""

    currency: str
    amount: Decimal


class Progress(BaseModel):
    """How far a goal is on a day. `expected` is what there would be by now if every day brought as much; `forecast` is,
    only of what is sold, what it comes to with what is open and to be closed in its time, by probability. Percentages
    are of the target. `unconverted` is in none of them. `actual` is below zero where more was taken back than came.
    """

    goal_id: str
    name: str
    metric: Metric
    currency: str
    target: Decimal
    actual: Decimal
    percent: Decimal
    expected: Decimal
    expected_percent: Decimal
    forecast: Decimal | None = None
    forecast_percent: Decimal | None = None
    on_track: bool
    days_left: int
    unconverted: tuple[Unconverted, ...] = ()
    children: tuple["Progress", ...] = ()


class Reached(BaseModel):
    """What counts for a goal, not rounded yet."""

    amount: Decimal = Decimal(0)
    unconverted: Mapping[str, Decimal] = {}

    def __add__(self, other: "Reached") -> "Reached":
        amounts = dict(self.unconverted)
        for currency, amount in other.unconverted.items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + amount
        return Reached(amount=self.amount + other.amount, unconverted=amounts)


def require_sound(goal: Goal) -> Goal:
    """The goal itself; raises `InvalidFields` naming what does not go together."""
    if errors := list(_flaws(goal)):
        raise InvalidFields("the goal contradicts itself", errors=errors)
    return goal


def _flaws(goal: Goal) -> Iterator[FieldError]:
    if goal.ends_on < goal.starts_on:
        yield FieldError("/ends_on", "before_start", "must not be before starts_on")
    if goal.user_id and goal.team_id:
        yield FieldError("/team_id", "one_of_both", "a goal is of a user or of a team")


def require_under(goal: Goal, ancestors: list[Goal]) -> None:
    """Raises `InvalidFields` where the goal cannot be under its parent, whose own parents follow, nearest first."""
    parent = ancestors[0]
    if goal.id in {each.id for each in ancestors}:
        raise InvalidFields.at("/parent_goal_id", "cycle", "the goal would be under itself")
    if len(ancestors) >= MOST_LEVELS:
        raise InvalidFields.at("/parent_goal_id", "too_deep", f"at most {MOST_LEVELS} levels of goals")
    if goal.metric is not parent.metric or goal.currency != parent.currency:
        detail = f"{parent.name} counts {parent.metric} in {parent.currency}"
        raise InvalidFields.at("/parent_goal_id", "counts_otherwise", detail)
    if goal.starts_on < parent.starts_on or goal.ends_on > parent.ends_on:
        detail = f"{parent.name} is from {parent.starts_on} to {parent.ends_on}"
        raise InvalidFields.at("/parent_goal_id", "other_period", detail)


def progress(
    goal: Goal, reached: Reached, *, likely: Reached | None = None, today: date, children: tuple[Progress, ...] = ()
) -> Progress:
    """How far the goal is; `likely` is what may come."""
    days = (goal.ends_on - goal.starts_on).days + 1
    begun = min(max((today - goal.starts_on).days + 1, 0), days)
    digits = 4 if goal.metric is Metric.WON_COUNT else digits_of(goal.currency)
    actual = rounded(reached.amount, digits)
    expected = goal.target * begun / days
    together = reached if likely is None else reached + likely
    forecast = None if likely is None else rounded(together.amount, digits)
    return Progress(
        goal_id=goal.id,
        name=goal.name,
        metric=goal.metric,
        currency=goal.currency,
        target=goal.target,
        actual=actual,
        percent=rounded(actual * _HUNDRED / goal.target, 2),
        expected=rounded(expected, digits),
        expected_percent=rounded(_HUNDRED * begun / days, 2),
        forecast=forecast,
        forecast_percent=None if forecast is None else rounded(forecast * _HUNDRED / goal.target, 2),
        on_track=actual >= expected,
        days_left=days - begun,
        unconverted=tuple(
            Unconverted(currency=currency, amount=amount) for currency, amount in sorted(together.unconverted.items())
        ),
        children=children,
    )
