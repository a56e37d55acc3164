from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.sales.pipelines import model
from services.sales.pipelines.model import DEFAULT, Pipeline, PipelineNeeded, StageInUse

KNOWN = frozenset({"close_date"})


def pipeline(*stages: dict[str, Any]) -> Pipeline:
    each = [{"probability": 40, **stage} for stage in stages]
    return Pipeline.model_validate({"id": "p-1", "name": "Renewals", "stages": each})


@pytest.mark.parametrize(
    ("stages", "pointers"),
    [
        ([{"name": "asked"}, {"name": "asked"}], ["/stages/0/name", "/stages/1/name"]),
        ([{"name": "asked", "forecast_category": "won"}], ["/stages/0/forecast_category"]),
        (
            [{"name": "asked", "required_fields": ["close_date", "closing_date", "custom/branch"]}],
            ["/stages/0/required_fields/1"],
        ),
    ],
)
def test_stages_that_do_not_go_together_are_named(stages: list[dict[str, Any]], pointers: list[str]) -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.require_sound(pipeline(*stages), known_fields=KNOWN)

    assert [error.pointer for error in refusal.value.errors] == pointers


def test_the_pipeline_that_every_installation_has_is_sound() -> None:
    assert model.require_sound(DEFAULT, known_fields=frozenset()) is DEFAULT


def test_stages_go_unless_opportunities_are_in_them() -> None:
    current = pipeline({"name": "asked"}, {"name": "shown"}, {"name": "promised"})
    wanted = pipeline({"name": "promised"}, {"name": "asked"})

    assert model.removed_stages(current, wanted) == ["shown"]
    model.require_unused({"shown": 0})
    with pytest.raises(StageInUse) as refusal:
        model.require_unused({"shown": 3, "promised": 0})
    assert refusal.value.extra["opportunities"] == {"shown": 3}


def test_there_is_always_a_pipeline_for_opportunities_that_name_none() -> None:
    with pytest.raises(PipelineNeeded):
        model.deactivate(DEFAULT)
