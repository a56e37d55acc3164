"""How an opportunity goes through the stages of its pipeline."""

from datetime import datetime

from libs.contracts.sales import OpportunityMoved, OpportunityReopened, OpportunityState
from libs.domain.refusals import InvalidFields
from services.sales.opportunities.model import MOVES, Opportunity, Standing, require_open_forecast, seen
from services.sales.pipelines import model as pipelines
from services.sales.pipelines.model import Pipeline, Stage


def begin(opportunity: Opportunity, pipeline: Pipeline, *, at: datetime, by: str | None) -> Opportunity:
    """A new opportunity as it enters its first stage; raises `InvalidFields` for what that lacks."""
    stage = pipelines.require_stage(pipeline, opportunity.stage)
    _require_filled(opportunity, stage)
    history = pipelines.entered((), pipeline, stage, at=at, by=by)
    fresh = seen(stage.rots_after_days, at=at)
    begun = opportunity.model_copy(update={"stage": stage.name, "stage_history": history, **fresh})
    return estimated(begun, stage)


def estimated(opportunity: Opportunity, stage: Stage) -> Opportunity:
    """The opportunity as likely, and as certain, as somebody says, or else as its stage does."""
    given: dict[str, object] = {}
    if opportunity.probability is None:
        given["probability"] = stage.probability
    if opportunity.forecast_category is None:
        given["forecast_category"] = stage.forecast_category
    return require_open_forecast(opportunity.model_copy(update=given))


def is_emptied(current: Opportunity, wanted: Opportunity) -> bool:
    """Whether a field may lose its value, which the stage may ask for or give."""
    return current.custom != wanted.custom or any(
        was and not getattr(wanted, name) for name, was in current.__dict__.items()
    )


def refilled(current: Opportunity, wanted: Opportunity, pipeline: Pipeline) -> Opportunity:
    """What the stage gives where a change takes it; raises `InvalidFields` for what it asks for and would lose.

    What was lacking before, as the stage did not ask for it then, is asked for by the next stage at the latest.
    """
    stage = pipeline.stage(wanted.stage)
    lacked = {error.pointer for error in stage.lacking(current.__dict__)}
    if lost := [error for error in stage.lacking(wanted.__dict__) if error.pointer not in lacked]:
        raise InvalidFields("the stage asks for these", errors=lost)
    return estimated(wanted, stage)


def reopen(
    opportunity: Opportunity, pipeline: Pipeline, *, note: str | None = None, at: datetime, by: str | None
) -> tuple[Opportunity, OpportunityReopened]:
    """An ended opportunity goes on in the stage where it ended, if there is such a stage still, else from the start."""
    standing = MOVES.after("reopen", state=opportunity.standing)
    stage = pipeline.stage(opportunity.stage)
    reopened = opportunity.evolve(
        state=OpportunityState.OPEN,
        status_reason=standing.value,
        actual_value=None,
        closed_at=None,
        competitor=None,
        competitor_id=None,
        outcome_note=None,
        **_entering(opportunity, pipeline, stage, at=at, by=by),
    )
    return reopened, OpportunityReopened(note=note)


def move(
    opportunity: Opportunity,
    pipeline: Pipeline,
    *,
    stage: str,
    probability: int | None,
    at: datetime,
    by: str | None,
) -> tuple[Opportunity, OpportunityMoved]:
    """To another stage of this pipeline or of another, forward or back, and its probability unless one is given.

    Raises `InvalidFields` for an unknown stage, and naming each field that it asks for.
    """
    MOVES.after("move", state=opportunity.standing)
    wanted = pipelines.require_stage(pipeline, stage)
    _require_filled(opportunity, wanted)
    changes = _entering(opportunity, pipeline, wanted, at=at, by=by)
    if probability is not None:
        changes["probability"] = probability
    if opportunity.standing is Standing.ON_HOLD:
        changes["rots_at"] = None
    moved = opportunity.evolve(pipeline_id=pipeline.id, **changes)
    stay = pipelines.left(opportunity.stage_history, at)[-1]
    return moved, OpportunityMoved(left=stay.stage, entered=wanted.name, seconds=stay.seconds)


def _entering(
    opportunity: Opportunity, pipeline: Pipeline, stage: Stage, *, at: datetime, by: str | None
) -> dict[str, object]:
    """What changes with the stage."""
    return {
        "stage": stage.name,
        "probability": stage.probability,
        "forecast_category": stage.forecast_category,
        **seen(stage.rots_after_days, at=at),
        "stage_history": pipelines.entered(opportunity.stage_history, pipeline, stage, at=at, by=by),
    }


def _require_filled(opportunity: Opportunity, stage: Stage) -> None:
    """Raises `InvalidFields` naming each field that the stage asks for and that is empty."""
    if errors := list(stage.lacking(opportunity.__dict__)):
        raise InvalidFields(f"the stage {stage.name} asks for more", errors=errors)
