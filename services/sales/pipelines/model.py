"""The pipeline: the stages that a sale goes through, and what each of them says of it and asks for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from libs.contracts.planning import PipelineActivated, PipelineDeactivated
from libs.contracts.sales import DEFAULT_PIPELINE, StageStay
from libs.contracts.values import Value
from libs.domain import lifecycle
from libs.domain.fields import INDEXED, Line, Text
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields, Refusal

DEFAULT_ID: Final = DEFAULT_PIPELINE

MOST_STAGES: Final = 50
MOST_VISITS: Final = 200
"""Stays that a history keeps; the oldest go first."""

StageName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FieldName = Annotated[str, Field(pattern=r"^(custom/)?[a-z][a-z0-9_]{0,59}$")]


class ForecastCategory(StrEnum):
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMITTED = "committed"
    OMITTED = "omitted"
    WON = "won"
    LOST = "lost"


ENDS: Final = frozenset({ForecastCategory.WON, ForecastCategory.LOST})
"""What only the actions win and lose lead to."""


class Stage(Value):
    """`name` is what records and events know it by, `label` what people read. Sales in it have `probability` percent
    and the `forecast_category`, unless somebody knows better; nothing enters it without the `required_fields`. A sale
    that nothing happens to for `rots_after_days` rots.
    """

    name: StageName
    label: Line | None = None
    probability: Annotated[int, Field(ge=0, le=100)]
    forecast_category: ForecastCategory = ForecastCategory.PIPELINE
    required_fields: Annotated[tuple[FieldName, ...], Field(max_length=30)] = ()
    rots_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None

    def lacking(self, values: Mapping[str, Any]) -> Iterator[FieldError]:
        """An error for each required field without a value."""
        for name in self.required_fields:
            head, _, custom = name.partition("/")
            value = values.get(head)
            if custom:
                value = (value or {}).get(custom)
            if value is None or value in ("", (), [], {}):
                yield FieldError(f"/{name}", "required_by_stage", f"the stage {self.name} asks for it")


class Pipeline(Record, collection="pipelines", aggregate="sales.pipeline"):
    name: Annotated[Line, INDEXED]
    description: Text | None = None
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=MOST_STAGES)]

    def stage(self, name: str | None) -> Stage:
        """The stage of this name; the first one, where there is none of it any more, or nobody names one."""
        return next((each for each in self.stages if each.name == name), self.stages[0])


DEFAULT: Final = Pipeline(
    id=DEFAULT_ID,
    name="Sales",
    stages=(
        Stage(name="qualification", label="Qualification", probability=10),
        Stage(name="needs_analysis", label="Needs analysis", probability=25),
        Stage(
            name="proposal",
            label="Proposal",
            probability=50,
            forecast_category=ForecastCategory.BEST_CASE,
        ),
        Stage(
            name="negotiation",
            label="Negotiation",
            probability=75,
            forecast_category=ForecastCategory.COMMITTED,
        ),
    ),
)


class StageInUse(Refusal):
    """Open opportunities are in stages that would go."""

    code = "stage_in_use"

    def __init__(self, stages: Mapping[str, int]) -> None:
        named = ", ".join(f"{name}: {number}" for name, number in stages.items())
        super().__init__(f"open opportunities are in stages that would go: {named}", opportunities=dict(stages))


class PipelineNeeded(Refusal):
    """Where nobody names a pipeline, opportunities go through the default one."""

    code = "pipeline_needed"


class StageVisit(StageStay):
    def ended(self, at: datetime) -> "StageVisit":
        if self.left_at is not None:
            return self
        return self.model_copy(update={"left_at": at, "seconds": int((at - self.entered_at).total_seconds())})


StageHistory = tuple[StageVisit, ...]


def left(history: StageHistory, at: datetime) -> StageHistory:
    """The history once its last stay is over."""
    return (*history[:-1], *(visit.ended(at) for visit in history[-1:]))


def entered(history: StageHistory, pipeline: Pipeline, stage: Stage, *, at: datetime, by: str | None) -> StageHistory:
    """The history once another stay has begun."""
    visit = StageVisit(pipeline_id=pipeline.id, stage=stage.name, entered_at=at, entered_by=by)
    return (*left(history, at), visit)[-MOST_VISITS:]


def require_sound(pipeline: Pipeline, *, known_fields: frozenset[str]) -> Pipeline:
    """The pipeline itself; raises `InvalidFields` naming what is wrong with its stages.

    `known_fields` are those of an opportunity that somebody can fill in; whether there is a custom field of a name is
    not asked.
    """
    if errors := list(_flaws(pipeline, known_fields)):
        raise InvalidFields("the stages do not make a pipeline", errors=errors)
    return pipeline


def _flaws(pipeline: Pipeline, known_fields: frozenset[str]) -> Iterator[FieldError]:
    doubled = {name for name, number in Counter(each.name for each in pipeline.stages).items() if number > 1}
    for number, stage in enumerate(pipeline.stages):
        if stage.name in doubled:
            yield FieldError(f"/stages/{number}/name", "duplicate", "each stage has a name of its own")
        if stage.forecast_category in ENDS:
            detail = "won and lost follow from the actions win and lose"
            yield FieldError(f"/stages/{number}/forecast_category", "not_settable", detail)
        for position, name in enumerate(stage.required_fields):
            if not name.startswith("custom/") and name not in known_fields:
                detail = "not a field of opportunities that can be filled in"
                yield FieldError(f"/stages/{number}/required_fields/{position}", "unknown_field", detail)


def removed_stages(current: Pipeline, wanted: Pipeline) -> list[str]:
    """The names of those that would go."""
    kept = {each.name for each in wanted.stages}
    return [each.name for each in current.stages if each.name not in kept]


def require_unused(used: Mapping[str, int]) -> None:
    """Raises `StageInUse` for stages that open opportunities are in; `used` is how many, by name."""
    if there := {name: number for name, number in used.items() if number}:
        raise StageInUse(there)


def require_stage(pipeline: Pipeline, name: str | None) -> Stage:
    """The stage of this name, the first where nobody names one; raises `InvalidFields`, also for a pipeline at rest."""
    if pipeline.state != Lifecycle.ACTIVE:
        raise InvalidFields.at("/pipeline_id", "pipeline_inactive", f"{pipeline.name} is not active")
    stage = pipeline.stage(name)
    if name not in {None, stage.name}:
        known = ", ".join(each.name for each in pipeline.stages)
        raise InvalidFields.at("/stage", "unknown_stage", f"the stages of {pipeline.name} are {known}")
    return stage


def deactivate(pipeline: Pipeline) -> tuple[Pipeline, PipelineDeactivated]:
    """Closes the pipeline for new opportunities; those in its stages stay."""
    if pipeline.id == DEFAULT_ID:
        raise PipelineNeeded("the default pipeline is always active")
    return lifecycle.deactivate(pipeline), PipelineDeactivated()


def activate(pipeline: Pipeline) -> tuple[Pipeline, PipelineActivated]:
    return lifecycle.activate(pipeline), PipelineActivated()
