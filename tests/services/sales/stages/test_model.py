from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.contracts.sales import OpportunityState
from libs.domain.refusals import InvalidFields
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import DEFAULT, MOST_VISITS, ForecastCategory, Pipeline, Stage
from services.sales.stages import model

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
RENEWALS = Pipeline(
    id="renewals",
    name="Renewals",
    stages=(
        Stage(name="asked", probability=40),
        Stage(
            name="promised",
            probability=90,
            forecast_category=ForecastCategory.COMMITTED,
            required_fields=("close_date", "estimated_value", "custom/branch"),
        ),
    ),
)
PLAIN = Opportunity(id="o-1", name="Card")
OPEN = model.begin(PLAIN, DEFAULT, at=NOW, by="user-1")
FULL = {"close_date": "2026-12-31", "estimated_value": Decimal(0), "custom": {"branch": "north", "size": 3}}


def pointers(refusal: pytest.ExceptionInfo[InvalidFields]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refusal.value.errors]


def renewal(**fields: Any) -> Opportunity:
    return PLAIN.evolve(pipeline_id="renewals", **fields)


def moved(opportunity: Opportunity, stage: str, pipeline: Pipeline = DEFAULT) -> Opportunity:
    return model.move(opportunity, pipeline, stage=stage, probability=None, at=LATER, by="user-2")[0]


def test_a_new_opportunity_is_as_likely_and_as_certain_as_its_stage_unless_somebody_knows_better() -> None:
    first = model.begin(PLAIN, DEFAULT, at=NOW, by=None)
    later = model.begin(PLAIN.evolve(stage="proposal"), DEFAULT, at=NOW, by=None)
    told = model.begin(
        PLAIN.evolve(stage="proposal", probability=5, forecast_category="omitted"), DEFAULT, at=NOW, by=None
    )

    assert (first.stage, first.probability, first.forecast_category) == ("qualification", 10, "pipeline")
    assert (later.probability, later.forecast_category) == (50, "best_case")
    assert (told.probability, told.forecast_category) == (5, "omitted")


def test_the_history_tells_who_entered_a_stage_when_and_for_how_long() -> None:
    after, event = model.move(OPEN, DEFAULT, stage="proposal", probability=None, at=LATER, by="user-2")

    first, second = after.stage_history
    assert (first.stage, first.entered_at, first.entered_by) == ("qualification", NOW, "user-1")
    assert (first.left_at, first.seconds) == (LATER, 3 * 24 * 3600)
    assert (second.stage, second.entered_at, second.entered_by) == ("proposal", LATER, "user-2")
    assert (second.left_at, second.seconds) == (None, None)
    assert (event.left, event.entered, event.seconds) == ("qualification", "proposal", 3 * 24 * 3600)
    assert (after.probability, after.forecast_category) == (50, "best_case")


def test_a_move_may_set_its_own_probability() -> None:
    after, _ = model.move(OPEN, DEFAULT, stage="proposal", probability=90, at=LATER, by=None)

    assert after.probability == 90


def test_a_move_may_lead_into_another_pipeline() -> None:
    after = moved(OPEN, "asked", RENEWALS)

    assert (after.pipeline_id, after.stage, after.probability) == ("renewals", "asked", 40)
    assert [visit.pipeline_id for visit in after.stage_history] == ["default", "renewals"]


def test_the_history_is_bounded() -> None:
    opportunity = OPEN
    for _ in range(MOST_VISITS + 5):
        opportunity = moved(opportunity, "proposal")

    assert len(opportunity.stage_history) == MOST_VISITS


def test_a_stage_asks_for_all_that_it_requires_at_once() -> None:
    needed = [(f"/{name}", "required_by_stage") for name in ("close_date", "estimated_value", "custom/branch")]

    with pytest.raises(InvalidFields) as entered:
        moved(OPEN, "promised", RENEWALS)
    with pytest.raises(InvalidFields) as begun:
        model.begin(renewal(stage="promised"), RENEWALS, at=NOW, by=None)

    assert pointers(entered) == pointers(begun) == needed
    assert moved(OPEN.evolve(**FULL), "promised", RENEWALS).stage == "promised"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"close_date": None}, "/close_date"), ({"custom": {"size": 3}}, "/custom/branch")],
)
def test_what_a_stage_requires_is_not_taken_away_while_it_lasts(change: dict[str, Any], pointer: str) -> None:
    promised = model.begin(renewal(stage="promised", **FULL), RENEWALS, at=NOW, by=None)
    asked = model.begin(renewal(**FULL), RENEWALS, at=NOW, by=None)

    assert model.is_emptied(promised, promised.evolve(**change))
    with pytest.raises(InvalidFields) as refusal:
        model.refilled(promised, promised.evolve(**change), RENEWALS)
    assert pointers(refusal) == [(pointer, "required_by_stage")]
    assert model.refilled(asked, asked.evolve(**change), RENEWALS).stage == "asked"


def test_what_a_stage_came_to_require_later_locks_nobody_out() -> None:
    before = model.begin(renewal(), RENEWALS, at=NOW, by=None).evolve(stage="promised", description="Met at the fair.")

    assert model.refilled(before, before.evolve(description=None), RENEWALS).description is None


def test_a_probability_that_is_cleared_is_that_of_the_stage_again() -> None:
    typed = OPEN.evolve(probability=99, forecast_category="committed")

    cleared = model.refilled(typed, typed.evolve(probability=None, forecast_category=None), DEFAULT)

    assert (cleared.probability, cleared.forecast_category) == (10, "pipeline")


def test_an_ended_opportunity_is_reopened_at_the_start_where_its_stage_is_gone() -> None:
    ended = OPEN.evolve(state=OpportunityState.LOST, status_reason="canceled", stage="demonstration")

    reopened, _ = model.reopen(ended, DEFAULT, at=LATER, by=None)

    assert (reopened.stage, reopened.probability) == ("qualification", 10)


@pytest.mark.parametrize(
    ("pipeline", "stage", "pointer", "code"),
    [
        (DEFAULT, "asked", "/stage", "unknown_stage"),
        (RENEWALS.evolve(state="inactive"), "asked", "/pipeline_id", "pipeline_inactive"),
    ],
)
def test_nothing_enters_a_stage_that_is_not_there_or_at_rest(
    pipeline: Pipeline, stage: str, pointer: str, code: str
) -> None:
    with pytest.raises(InvalidFields) as refusal:
        moved(OPEN, stage, pipeline)

    assert pointers(refusal) == [(pointer, code)]
