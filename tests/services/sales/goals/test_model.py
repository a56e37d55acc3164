from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.sales.goals import model
from services.sales.goals.model import MOST_LEVELS, Goal, Metric, Reached

QUARTER = Goal(
    id="quarter",
    name="Quarter",
    starts_on=date(2026, 10, 1),
    ends_on=date(2026, 12, 31),
    target=Decimal(9200),
)


def part(**fields: Any) -> Goal:
    return QUARTER.evolve(**{"id": "part", "parent_goal_id": "quarter", **fields})


@pytest.mark.parametrize(
    ("today", "expected", "days_left"),
    [
        (date(2026, 9, 30), 0, 92),
        (date(2026, 10, 1), 100, 91),
        (date(2026, 11, 15), 4600, 46),
        (date(2026, 12, 31), 9200, 0),
        (date(2027, 3, 1), 9200, 0),
    ],
)
def test_a_goal_is_expected_to_grow_by_the_day(today: date, expected: int, days_left: int) -> None:
    progress = model.progress(QUARTER, Reached(amount=Decimal(4600)), today=today)

    assert progress.expected == expected
    assert progress.days_left == days_left
    assert progress.on_track is (expected <= 4600)
    assert progress.percent == 50


def test_figures_have_the_digits_of_their_currency() -> None:
    progress = model.progress(QUARTER.evolve(currency="JPY"), Reached(amount=Decimal("33.5")), today=date(2026, 10, 1))
    shares = model.progress(
        QUARTER.evolve(metric=Metric.WON_COUNT), Reached(amount=Decimal("33.33333")), today=date(2026, 10, 1)
    )

    assert str(progress.actual) == "34"
    assert str(shares.actual) == "33.3333"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"ends_on": date(2026, 9, 1)}, "/ends_on", "before_start"),
        ({"user_id": "ana", "team_id": "north"}, "/team_id", "one_of_both"),
    ],
)
def test_a_goal_does_not_contradict_itself(fields: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.require_sound(QUARTER.evolve(**fields))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [(pointer, code)]


@pytest.mark.parametrize(
    ("goal", "ancestors", "code"),
    [
        (part(id="quarter"), [QUARTER], "cycle"),
        (part(), [QUARTER, part()], "cycle"),
        (part(), [QUARTER] * MOST_LEVELS, "too_deep"),
        (part(metric="won_count"), [QUARTER], "counts_otherwise"),
        (part(currency="USD"), [QUARTER], "counts_otherwise"),
        (part(ends_on=date(2027, 1, 1)), [QUARTER], "other_period"),
        (part(starts_on=date(2026, 9, 30)), [QUARTER], "other_period"),
    ],
)
def test_goals_add_up_that_count_the_same(goal: Goal, ancestors: list[Goal], code: str) -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.require_under(goal, ancestors)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/parent_goal_id", code)]
    model.require_under(part(ends_on=date(2026, 10, 31)), [QUARTER])


def test_what_counts_adds_up_by_currency() -> None:
    one = Reached(amount=Decimal(1), unconverted={"USD": Decimal(2)})
    other = Reached(amount=Decimal(4), unconverted={"USD": Decimal(8), "SEK": Decimal(16)})

    assert one + other == Reached(amount=Decimal(5), unconverted={"USD": Decimal(10), "SEK": Decimal(16)})
