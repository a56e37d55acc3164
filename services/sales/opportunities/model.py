"""The opportunity: a potential sale, from its first stage until it is won or lost."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libs.contracts.consent import Consent
from libs.contracts.sales import (
    LossReason,
    OpportunityHeld,
    OpportunityLost,
    OpportunityResumed,
    OpportunityState,
    OpportunityWon,
)
from libs.contracts.values import Address, Amount, Currency, Day, Moment, Percent, Reference, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.money import refuse_excess_digits
from libs.domain.moves import Moves
from libs.domain.people import Email, NamePart, Phone
from libs.domain.personal import Personal
from libs.domain.record import Index
from libs.domain.refusals import FieldError, InvalidFields
from services.sales.competitors.model import Competitor
from services.sales.documents.model import Document
from services.sales.leads.model import Lead
from services.sales.pipelines import model as pipelines
from services.sales.pipelines.model import DEFAULT_ID, ENDS, ForecastCategory, StageHistory, StageName

MOST_RIVALS: Final = 50
MOST_SPLITS: Final = 50
WHOLE: Final = Decimal(100)


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
    },
    {Standing.IN_PROGRESS: OpportunityState.OPEN, Standing.ON_HOLD: OpportunityState.OPEN},
)


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


class Split(Value):
    """Somebody's share of a sale that several make together, in percent."""

    user_id: Annotated[str, Lookup.to("users"), Field(min_length=1, max_length=64)]
    percent: Annotated[Percent, Field(gt=0, le=100)]


SUMMED_UP: Final = (
    "pipeline_id", "state", "stage", "_deleted", "forecast_category", "close_date", "currency", "probability",
    "estimated_value",
)  # fmt: skip
"""What a pipeline is listed, and summed up by and from: found in one index, without a look at the records."""


class Opportunity(Document, collection="opportunities", aggregate="sales.opportunity"):
    """`probability` (in percent) and `forecast_category` are those of its stage, unless somebody knows better. With
    `lines` the `estimated_value` is what they come to before tax; without it is typed in. `competitor_ids` want the
    sale as well; `competitor_id`, or somebody of whom only the name is known, got it. `splits` divide it among those
    who sell it; without them it is all its owner's. Unless something happens to it before `rots_at`, it rots.

    What was sold for how much stays in the books, without whom it was sold to.
    """

    personal = Personal(
        cleared=("prospect",),
        texts=("name", "description", "customer.name", "outcome_note", "tags", "custom"),
        emails=("prospect.email",),
        phones=("prospect.phone",),
        names=("prospect.first_name", "prospect.last_name"),
        belongs_to={"lead_id": "leads", "customer": None},
    )

    parent = "customer"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index(SUMMED_UP),
        Index(("state", "closed_at")),
        Index(("state", "close_date")),
    )

    state: Annotated[OpportunityState, GUARDED, INDEXED] = OpportunityState.OPEN
    status_reason: Annotated[str | None, GUARDED, LISTED] = Standing.IN_PROGRESS.value
    name: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    customer: Annotated[Reference | None, LISTED, Lookup.to("accounts", "contacts")] = None
    prospect: Prospect | None = None
    lead_id: Annotated[str | None, INITIAL, INDEXED, Lookup.to("leads")] = None
    source_campaign_id: Annotated[str | None, INDEXED, Lookup.to("campaigns")] = None
    pipeline_id: Annotated[str, INITIAL, LISTED, Lookup.to("pipelines")] = DEFAULT_ID
    stage: Annotated[StageName | None, INITIAL, LISTED] = None
    probability: Annotated[int | None, Field(ge=0, le=100), LISTED] = None
    forecast_category: Annotated[ForecastCategory | None, LISTED] = None
    estimated_value: Annotated[Amount | None, LISTED] = None
    actual_value: Annotated[Amount | None, GUARDED, LISTED] = None
    close_date: Annotated[Day | None, LISTED] = None
    closed_at: Annotated[Moment | None, GUARDED, LISTED] = None
    competitor_ids: Annotated[tuple[str, ...], INDEXED, Lookup.to("competitors"), Field(max_length=MOST_RIVALS)] = ()
    competitor_id: Annotated[str | None, GUARDED, INDEXED, Lookup.to("competitors")] = None
    competitor: Annotated[Line | None, GUARDED, LISTED] = None
    outcome_note: Annotated[Line | None, GUARDED, LISTED] = None
    splits: Annotated[tuple[Split, ...], Field(max_length=MOST_SPLITS)] = ()
    stage_history: Annotated[StageHistory, GUARDED] = ()
    last_activity_at: Annotated[Moment | None, GUARDED, LISTED] = None
    rots_at: Annotated[Moment | None, GUARDED, INDEXED] = None
    rots_after_days: Annotated[int | None, GUARDED] = None

    @property
    def standing(self) -> Standing:
        if self.state is OpportunityState.OPEN:
            return Standing(self.status_reason or Standing.IN_PROGRESS)
        return Standing(self.state)


def from_lead(
    lead: Lead,
    *,
    id: str,
    name: str | None,
    estimated_value: Decimal | None,
    close_date: date | None,
    customer: Reference | None,
    currency: Currency | None = None,
    pipeline_id: str = DEFAULT_ID,
) -> Opportunity:
    """What a qualified lead becomes; what is not said is as the lead has it, its estimate only in its own currency."""
    known_value = lead.estimated_value if currency in {None, lead.currency} else None
    opportunity = Opportunity(
        id=id,
        name=name or lead.title,
        owner_id=lead.owner_id,
        customer=customer,
        prospect=Prospect.of(lead),
        lead_id=lead.id,
        source_campaign_id=lead.source_campaign_id,
        pipeline_id=pipeline_id,
        estimated_value=known_value if estimated_value is None else estimated_value,
        currency=currency or lead.currency,
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


def require_open_forecast(opportunity: Opportunity) -> Opportunity:
    """The opportunity itself; raises `InvalidFields` for a forecast that only its end can give."""
    if (opportunity.forecast_category in ENDS) != (opportunity.state is not OpportunityState.OPEN):
        raise InvalidFields.at(
            "/forecast_category", "not_settable", "won and lost follow from the actions win and lose"
        )
    return opportunity


def valued(opportunity: Opportunity, *, before: Decimal | None) -> Opportunity:
    """The opportunity with the value of its lines; raises `InvalidFields` where another is typed in than was there."""
    if not opportunity.lines:
        return opportunity
    if opportunity.estimated_value not in {None, before, opportunity.net_amount}:
        raise InvalidFields.at("/estimated_value", "derived", f"the lines come to {opportunity.net_amount}")
    return opportunity.model_copy(update={"estimated_value": opportunity.net_amount})


def win(
    opportunity: Opportunity, *, actual_value: Decimal | None, note: str | None = None, at: datetime
) -> tuple[Opportunity, OpportunityWon]:
    """The sale is made, for the estimated value unless another is given."""
    won = opportunity.evolve(
        **_ended(opportunity, "win", at=at),
        status_reason=None,
        probability=100,
        actual_value=opportunity.estimated_value if actual_value is None else actual_value,
        outcome_note=note,
    )
    refuse_excess_digits(Opportunity, won.__dict__)
    return won, OpportunityWon(note=note)


def lose(
    opportunity: Opportunity,
    *,
    reason: LossReason,
    competitor: str | None,
    rival: Competitor | None,
    note: str | None = None,
    at: datetime,
) -> tuple[Opportunity, OpportunityLost]:
    """The sale goes to nobody, to a `rival` that is known, or to a `competitor` of whom there is but a name."""
    rival_id, name = (None, competitor) if rival is None else (rival.id, rival.name)
    lost = opportunity.evolve(
        **_ended(opportunity, "lose", at=at),
        status_reason=reason.value,
        probability=0,
        competitor=name,
        competitor_id=rival_id,
        outcome_note=note,
    )
    return lost, OpportunityLost(reason=reason, competitor=name, competitor_id=rival_id, note=note)


def _ended(opportunity: Opportunity, action: str, *, at: datetime) -> dict[str, object]:
    """What winning and losing have in common; raises `MoveRefused`."""
    standing = MOVES.after(action, state=opportunity.standing)
    return {
        "state": OpportunityState(standing),
        "forecast_category": ForecastCategory(standing),
        "closed_at": at,
        "rots_at": None,
        "stage_history": pipelines.left(opportunity.stage_history, at),
    }


def hold(opportunity: Opportunity) -> tuple[Opportunity, OpportunityHeld]:
    """It waits, and does not rot meanwhile."""
    standing = MOVES.after("hold", state=opportunity.standing)
    return opportunity.evolve(status_reason=standing.value, rots_at=None), OpportunityHeld()


def resume(opportunity: Opportunity, *, at: datetime) -> tuple[Opportunity, OpportunityResumed]:
    standing = MOVES.after("resume", state=opportunity.standing)
    resumed = opportunity.evolve(status_reason=standing.value, **seen(opportunity.rots_after_days, at=at))
    return resumed, OpportunityResumed()


def seen(rots_after_days: int | None, *, at: datetime) -> dict[str, object]:
    """What changes as something happens to an opportunity in progress."""
    due = None if rots_after_days is None else at + timedelta(days=rots_after_days)
    return {"last_activity_at": at, "rots_after_days": rots_after_days, "rots_at": due}


def require_whole(opportunity: Opportunity) -> Opportunity:
    """The opportunity itself; raises `InvalidFields` where its splits are not all of it, or name somebody twice."""
    errors: list[FieldError] = []
    for number, split in enumerate(opportunity.splits):
        if split.user_id in {each.user_id for each in opportunity.splits[:number]}:
            errors.append(FieldError(f"/splits/{number}/user_id", "duplicate", "each user has one share"))
    total = sum((split.percent for split in opportunity.splits), Decimal(0))
    if opportunity.splits and total != WHOLE:
        errors.append(FieldError("/splits", "not_a_hundred", f"the shares come to {total:f} %"))
    if errors:
        raise InvalidFields("the splits are not the whole", errors=errors)
    return opportunity
