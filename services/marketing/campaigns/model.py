"""A campaign: what it is for, what it may cost, and how far it has come."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.event import Event
from libs.contracts.marketing import (
    CampaignCanceled,
    CampaignCompleted,
    CampaignLaunched,
    CampaignMadeReady,
    CampaignResumed,
    CampaignSnapshot,
    CampaignSuspended,
)
from libs.contracts.values import Amount, Currency, Day, Moment, Reference, Value
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.moves import Moves
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields


class CampaignState(StrEnum):
    PROPOSED = "proposed"
    READY = "ready"
    LAUNCHED = "launched"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Channel(StrEnum):
    EMAIL = "email"
    PHONE_CALL = "phone_call"
    LETTER = "letter"
    FAX = "fax"
    APPOINTMENT = "appointment"
    SOCIAL = "social"
    EVENT = "event"
    NEWSPAPER_AD = "newspaper_ad"
    VIDEO_AD = "video_ad"


class PlannedTask(Value):
    """Something to be done for the campaign, by a day."""

    subject: Line
    due: Day | None = None
    done: bool = False


class Campaign(Record, collection="campaigns", aggregate="marketing.campaign"):
    state: Annotated[CampaignState, GUARDED, INDEXED] = CampaignState.PROPOSED
    name: Annotated[Line, INDEXED, SEARCHED]
    goal: Text | None = None
    description: Annotated[Text | None, SEARCHED] = None
    budget: Annotated[Amount | None, LISTED] = None
    actual_cost: Annotated[Amount | None, LISTED] = None
    currency: Currency = "EUR"
    start_date: Annotated[Day | None, INDEXED] = None
    end_date: Annotated[Day | None, LISTED] = None
    channels: Annotated[tuple[Channel, ...], LISTED] = ()
    lists: Annotated[tuple[Reference, ...], LISTED, Lookup.to("marketing_lists"), Field(max_length=100)] = ()
    planned_tasks: Annotated[tuple[PlannedTask, ...], Field(max_length=100)] = ()
    expected_responses: Annotated[int | None, Field(ge=0), LISTED] = None
    expected_revenue: Annotated[Amount | None, LISTED] = None
    launched_at: Annotated[Moment | None, GUARDED, LISTED] = None
    completed_at: Annotated[Moment | None, GUARDED, LISTED] = None


MOVES: Final = Moves(
    {
        CampaignState.PROPOSED: {"make_ready": CampaignState.READY, "cancel": CampaignState.CANCELED},
        CampaignState.READY: {"launch": CampaignState.LAUNCHED, "cancel": CampaignState.CANCELED},
        CampaignState.LAUNCHED: {
            "complete": CampaignState.COMPLETED,
            "suspend": CampaignState.SUSPENDED,
            "cancel": CampaignState.CANCELED,
        },
        CampaignState.SUSPENDED: {"resume": CampaignState.LAUNCHED, "cancel": CampaignState.CANCELED},
    }
)

_ANNOUNCED: Final[dict[str, type[Event[CampaignSnapshot]]]] = {
    "make_ready": CampaignMadeReady,
    "launch": CampaignLaunched,
    "suspend": CampaignSuspended,
    "resume": CampaignResumed,
    "complete": CampaignCompleted,
    "cancel": CampaignCanceled,
}


def move(campaign: Campaign, action: str, *, at: datetime) -> tuple[Campaign, Event[CampaignSnapshot]]:
    """One step of a campaign's life; raises `MoveRefused` where it is not open."""
    state = MOVES.after(action, state=campaign.state)
    moments: dict[str, datetime] = {}
    if action == "launch":
        moments["launched_at"] = at
    if action == "complete":
        moments["completed_at"] = at
    return campaign.evolve(state=state, **moments), _ANNOUNCED[action]()


def require_order_of_dates(campaign: Campaign) -> None:
    """Raises `InvalidFields` if the campaign would end before it begins."""
    if campaign.start_date and campaign.end_date and campaign.end_date < campaign.start_date:
        raise InvalidFields.at("/end_date", "before_start", "must not be before start_date")


def copy(campaign: Campaign, *, id: str, name: str) -> Campaign:
    """A new proposal after the pattern of this campaign: its plan, without its dates, costs and history."""
    planned = tuple(task.model_copy(update={"done": False, "due": None}) for task in campaign.planned_tasks)
    return Campaign(
        id=id,
        name=name,
        goal=campaign.goal,
        description=campaign.description,
        budget=campaign.budget,
        currency=campaign.currency,
        channels=campaign.channels,
        lists=campaign.lists,
        planned_tasks=planned,
        expected_responses=campaign.expected_responses,
        expected_revenue=campaign.expected_revenue,
        tags=campaign.tags,
    )
