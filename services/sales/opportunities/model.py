"""The opportunity: a potential sale, from its first stage until it is won or lost."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.consent import Consent
from libs.contracts.sales import (
    LossReason,
    OpportunityHeld,
    OpportunityLost,
    OpportunityMoved,
    OpportunityReopened,
    OpportunityResumed,
    OpportunityState,
    OpportunityWon,
)
from libs.contracts.values import Address, Amount, Day, Moment, Reference, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.money import refuse_excess_digits
from libs.domain.moves import Moves
from libs.domain.people import Email, NamePart, Phone
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields
from services.sales.documents.model import Document
from services.sales.leads.model import Lead

MOST_VISITS: Final = 200
"""Stages of the history that are kept; the oldest go first."""


class Standing(StrEnum):
    """What an opportunity's moves depend on: its state, and whether an open one is on hold."""

    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    WON = "won"
    LOST = "lost"


MOVES: Final = Moves(
    {
        Standing.IN_PROGRESS: {
            "win": Standing.WON,
            "lose": Standing.LOST,
            "move": Standing.IN_PROGRESS,
            "hold": Standing.ON_HOLD,
        },
        Standing.ON_HOLD: {
            "win": Standing.WON,
            "lose": Standing.LOST,
            "move": Standing.ON_HOLD,
            "resume": Standing.IN_PROGRESS,
        },
        Standing.WON: {"reopen": Standing.IN_PROGRESS},
        Standing.LOST: {"reopen": Standing.IN_PROGRESS},
    }
)


class Stage(StrEnum):
    """The default pipeline."""

    QUALIFICATION = "qualification"
    NEEDS_ANALYSIS = "needs_analysis"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"


PROBABILITIES: Final = {
    Stage.QUALIFICATION: 10,
    Stage.NEEDS_ANALYSIS: 25,
    Stage.PROPOSAL: 50,
    Stage.NEGOTIATION: 75,
}


class ForecastCategory(StrEnum):
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMITTED = "committed"
    OMITTED = "omitted"
    WON = "won"
    LOST = "lost"


class Prospect(Value):
    """Who may buy, as long as no customer record says it."""

    first_name: NamePart | None = None
    last_name: NamePart | None = None
    company_name: Line | None = None
    job_title: Line | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    birth_date: Day | None = None
    consent: Consent | None = None

    @classmethod
    def of(cls, lead: Lead) -> "Prospect":
        return cls.model_validate({name: getattr(lead, name) for name in cls.model_fields})


class StageVisit(Value):
    """A stay in one stage; `left_at` and `seconds` are empty while it lasts."""

    stage: Stage
    entered_at: Moment
    entered_by: str | None = None
    left_at: Moment | None = None
    seconds: int | None = None

    def ended(self, at: datetime) -> "StageVisit":
        return self.model_copy(update={"left_at": at, "seconds": int((at - self.entered_at).total_seconds())})


class Opportunity(Document, collection="opportunities", aggregate="sales.opportunity"):
    """`probability` is in percent; where nobody gives one, its stage does. With `lines` the `estimated_value` is what
    they come to before tax; without it is typed in.

    What was sold for how much stays in the books, without whom it was sold to.
    """

    personal = Personal(
        cleared=("prospect",),
        texts=("name", "description", "customer.name", "tags", "custom"),
        emails=("prospect.email",),
        phones=("prospect.phone",),
        names=("prospect.first_name", "prospect.last_name"),
        belongs_to={"lead_id": "leads", "customer": None},
    )

    parent = "customer"

    state: Annotated[OpportunityState, GUARDED, INDEXED] = OpportunityState.OPEN
    status_reason: Annotated[str | None, GUARDED, LISTED] = Standing.IN_PROGRESS.value
    name: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    customer: Annotated[Reference | None, LISTED, Lookup.to("accounts", "contacts")] = None
    prospect: Prospect | None = None
    lead_id: Annotated[str | None, INITIAL, INDEXED, Lookup.to("leads")] = None
    source_campaign_id: Annotated[str | None, INDEXED, Lookup.to("campaigns")] = None
    stage: Annotated[Stage, INITIAL, LISTED] = Stage.QUALIFICATION
    probability: Annotated[int | None, Field(ge=0, le=100), LISTED] = None
    forecast_category: Annotated[ForecastCategory, LISTED] = ForecastCategory.PIPELINE
    estimated_value: Annotated[Amount | None, LISTED] = None
    actual_value: Annotated[Amount | None, GUARDED, LISTED] = None
    close_date: Annotated[Day | None, LISTED] = None
    closed_at: Annotated[Moment | None, GUARDED, LISTED] = None
    competitor: Annotated[Line | None, GUARDED, LISTED] = None
    stage_history: Annotated[tuple[StageVisit, ...], GUARDED] = ()

    @property
    def standing(self) -> Standing:
        if self.state is OpportunityState.OPEN:
            return Standing(self.status_reason or Standing.IN_PROGRESS)
        return Standing(self.state)


def begin(opportunity: Opportunity, *, at: datetime, by: str | None) -> Opportunity:
    """A new opportunity as it enters its first stage."""
    visit = StageVisit(stage=opportunity.stage, entered_at=at, entered_by=by)
    return estimated(opportunity.model_copy(update={"stage_history": (visit,)}))


def from_lead(
    lead: Lead,
    *,
    id: str,
    name: str | None,
    estimated_value: Decimal | None,
    close_date: date | None,
    customer: Reference | None,
) -> Opportunity:
    """What a qualified lead becomes; what is not said is as the lead has it."""
    opportunity = Opportunity(
        id=id,
        name=name or lead.title,
        owner_id=lead.owner_id,
        customer=customer,
        prospect=Prospect.of(lead),
        lead_id=lead.id,
        source_campaign_id=lead.source_campaign_id,
        estimated_value=lead.estimated_value if estimated_value is None else estimated_value,
        currency=lead.currency,
        close_date=close_date,
    )
    refuse_excess_digits(Opportunity, opportunity.__dict__)
    return opportunity


def following(opportunity: Opportunity, lead: Lead) -> Opportunity:
    """An opportunity of a lead knows who it is and where they came from, unless told otherwise."""
    return opportunity.model_copy(
        update={
            "prospect": opportunity.prospect or Prospect.of(lead),
            "source_campaign_id": opportunity.source_campaign_id or lead.source_campaign_id,
        }
    )


def estimated(opportunity: Opportunity) -> Opportunity:
    """The opportunity with a probability; raises `InvalidFields` for a forecast that only its end can give."""
    ended = opportunity.forecast_category in {ForecastCategory.WON, ForecastCategory.LOST}
    if ended != (opportunity.state is not OpportunityState.OPEN):
        raise InvalidFields.at(
            "/forecast_category", "not_settable", "won and lost follow from the actions win and lose"
        )
    if opportunity.probability is not None:
        return opportunity
    return opportunity.model_copy(update={"probability": PROBABILITIES[opportunity.stage]})


def valued(opportunity: Opportunity, *, before: Decimal | None) -> Opportunity:
    """The opportunity with the value of its lines; raises `InvalidFields` where another is typed in than was there."""
    if not opportunity.lines:
        return opportunity
    if opportunity.estimated_value not in {None, before, opportunity.net_amount}:
        raise InvalidFields.at("/estimated_value", "derived", f"the lines come to {opportunity.net_amount}")
    return opportunity.model_copy(update={"estimated_value": opportunity.net_amount})


def win(opportunity: Opportunity, *, actual_value: Decimal | None, at: datetime) -> tuple[Opportunity, OpportunityWon]:
    """The sale is made, for the estimated value unless another is given."""
    won = opportunity.evolve(
        **_ended(opportunity, "win", at=at),
        status_reason=None,
        probability=100,
        actual_value=opportunity.estimated_value if actual_value is None else actual_value,
    )
    refuse_excess_digits(Opportunity, won.__dict__)
    return won, OpportunityWon()


def lose(
    opportunity: Opportunity, *, reason: LossReason, competitor: str | None, at: datetime
) -> tuple[Opportunity, OpportunityLost]:
    lost = opportunity.evolve(
        **_ended(opportunity, "lose", at=at), status_reason=reason.value, probability=0, competitor=competitor
    )
    return lost, OpportunityLost(reason=reason, competitor=competitor)


def _ended(opportunity: Opportunity, action: str, *, at: datetime) -> dict[str, object]:
    """What winning and losing have in common; raises `MoveRefused`."""
    standing = MOVES.after(action, state=opportunity.standing)
    return {
        "state": OpportunityState(standing),
        "forecast_category": ForecastCategory(standing),
        "closed_at": at,
        "stage_history": _left(opportunity, at),
    }


def reopen(opportunity: Opportunity, *, at: datetime, by: str | None) -> tuple[Opportunity, OpportunityReopened]:
    """An ended opportunity goes on in the stage where it ended."""
    standing = MOVES.after("reopen", state=opportunity.standing)
    reopened = opportunity.evolve(
        state=OpportunityState.OPEN,
        status_reason=standing.value,
        probability=PROBABILITIES[opportunity.stage],
        forecast_category=ForecastCategory.PIPELINE,
        actual_value=None,
        closed_at=None,
        competitor=None,
        stage_history=_entered(opportunity, opportunity.stage, at=at, by=by),
    )
    return reopened, OpportunityReopened()


def move(
    opportunity: Opportunity, *, stage: Stage, probability: int | None, at: datetime, by: str | None
) -> tuple[Opportunity, OpportunityMoved]:
    """To another stage, forward or back, and its probability unless one is given."""
    MOVES.after("move", state=opportunity.standing)
    moved = opportunity.evolve(
        stage=stage,
        probability=PROBABILITIES[stage] if probability is None else probability,
        stage_history=_entered(opportunity, stage, at=at, by=by),
    )
    return moved, OpportunityMoved(left=opportunity.stage, entered=stage)


def hold(opportunity: Opportunity) -> tuple[Opportunity, OpportunityHeld]:
    standing = MOVES.after("hold", state=opportunity.standing)
    return opportunity.evolve(status_reason=standing.value), OpportunityHeld()


def resume(opportunity: Opportunity) -> tuple[Opportunity, OpportunityResumed]:
    standing = MOVES.after("resume", state=opportunity.standing)
    return opportunity.evolve(status_reason=standing.value), OpportunityResumed()


def _left(opportunity: Opportunity, at: datetime) -> tuple[StageVisit, ...]:
    *earlier, last = opportunity.stage_history
    return (*earlier, last if last.left_at else last.ended(at))


def _entered(opportunity: Opportunity, stage: Stage, *, at: datetime, by: str | None) -> tuple[StageVisit, ...]:
    visit = StageVisit(stage=stage, entered_at=at, entered_by=by)
    return (*_left(opportunity, at), visit)[-MOST_VISITS:]
