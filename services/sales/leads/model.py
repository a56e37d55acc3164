"""The lead: a person or organisation who may become a customer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from libs.contracts.sales import (
    DisqualifyReason,
    LeadContacted,
    LeadDisqualified,
    LeadQualified,
    LeadReactivated,
    LeadResponseJoined,
    LeadState,
)
from libs.contracts.values import Address, Amount, Currency, Day, Moment, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.merging import completed
from libs.domain.moves import Moves
from libs.domain.people import Email, NamePart, Phone, full_name, person_key
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.consents.model import Consenting, carried

MOST_RESPONSES: Final = 200
"""Responses that a lead remembers; older ones are known to the inbox alone."""

NEW: Final = "new"
CONTACTED: Final = "contacted"

MOVES: Final = Moves(
    {
        LeadState.OPEN: {
            "contact": LeadState.OPEN,
            "qualify": LeadState.QUALIFIED,
            "disqualify": LeadState.DISQUALIFIED,
        },
        LeadState.DISQUALIFIED: {"reactivate": LeadState.OPEN},
    }
)


class LeadSource(StrEnum):
    CAMPAIGN = "campaign"
    REFERRAL = "referral"
    WEB = "web"
    EVENT = "event"
    PHONE = "phone"
    OTHER = "other"


class Rating(StrEnum):
    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class LeadHasOpportunity(Refusal):
    """Whoever is being sold to is not given up here; the opportunity is lost first."""

    code = "lead_has_opportunity"

    def __init__(self, opportunity_id: str) -> None:
        super().__init__("the lead has an opportunity", opportunity_id=opportunity_id)


class ScorePart(Value):
    """What one rule gives to the score."""

    rule: str
    points: int


class Lead(Consenting, collection="leads", aggregate="sales.lead"):
    """`person_key` is the same for every lead of one person, as far as their particulars tell.

    `score` is 0 to 100, and `score_explanation` what each scoring rule gives to it.
    """

    mergeable = True
    claiming = True
    personal = Personal(
        cleared=(
            "topic", "description", "first_name", "last_name", "full_name", "job_title", "email", "phone", "person_key",
            "address", "birth_date", "tags", "custom",
        ),
        kept=("company_name", "consent", "consent_proofs"),
        emails=("email",),
        phones=("phone",),
        names=("first_name", "last_name", "full_name"),
        belongs_to={"contact_id": "contacts"},
        owns={"contact_id": "contacts", "response_ids": "activities", "opportunity_id": "opportunities"},
    )  # fmt: skip

    owner_id: Annotated[str | None, INITIAL, INDEXED] = None
    state: Annotated[LeadState, GUARDED, INDEXED] = LeadState.OPEN
    status_reason: Annotated[str | None, GUARDED, LISTED] = NEW
    topic: Annotated[Line | None, LISTED, SEARCHED] = None
    description: Text | None = None
    first_name: Annotated[NamePart | None, LISTED] = None
    last_name: Annotated[NamePart | None, LISTED] = None
    full_name: Annotated[str | None, GUARDED, LISTED, SEARCHED] = None
    company_name: Annotated[Line | None, LISTED, SEARCHED] = None
    job_title: Annotated[Line | None, LISTED] = None
    email: Annotated[Email | None, INDEXED, SEARCHED] = None
    phone: Annotated[Phone | None, LISTED, SEARCHED] = None
    person_key: Annotated[str | None, GUARDED, INDEXED] = None
    address: Annotated[Address | None, INDEXED] = None
    birth_date: Annotated[Day | None, LISTED] = None
    source: Annotated[LeadSource | None, LISTED] = None
    source_campaign_id: Annotated[str | None, INDEXED, Lookup.to("campaigns")] = None
    response_ids: Annotated[tuple[str, ...], GUARDED, INDEXED] = ()
    rating: Annotated[Rating | None, LISTED] = None
    score: Annotated[int, GUARDED, INDEXED] = 0
    score_explanation: Annotated[tuple[ScorePart, ...], GUARDED] = ()
    estimated_value: Annotated[Amount | None, LISTED] = None
    currency: Annotated[Currency, LISTED] = "EUR"
    account_id: Annotated[str | None, LISTED, Lookup.to("accounts")] = None
    contact_id: Annotated[str | None, LISTED, Lookup.to("contacts")] = None
    opportunity_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("opportunities")] = None
    qualified_at: Annotated[Moment | None, GUARDED, LISTED] = None

    @property
    def title(self) -> str:
        """What the lead is called in one line."""
        told = (self.topic, self.full_name, self.company_name, self.email, self.phone)
        return next((text for text in told if text), self.id)


def named(lead: Lead) -> Lead:
    """The lead with the fields that follow from others; raises `InvalidFields` if it tells of nobody and nothing."""
    name = full_name(lead.first_name, lead.last_name)
    if not (name or lead.company_name or lead.topic or lead.email or lead.phone):
        raise InvalidFields.at("/topic", "missing", "give a topic, a name, a company, an e-mail or a phone number")
    key = person_key(email=lead.email, phone=lead.phone, name=name or lead.company_name, company_name=lead.company_name)
    return lead.model_copy(update={"full_name": name, "person_key": key})


def contact(lead: Lead) -> tuple[Lead, LeadContacted]:
    """Somebody has spoken with the lead."""
    return lead.evolve(state=MOVES.after("contact", state=lead.state), status_reason=CONTACTED), LeadContacted()


def qualify(lead: Lead, *, opportunity_id: str, at: datetime) -> tuple[Lead, LeadQualified]:
    """An open lead becomes an opportunity."""
    qualified = lead.evolve(
        state=MOVES.after("qualify", state=lead.state),
        status_reason=None,
        opportunity_id=opportunity_id,
        qualified_at=at,
    )
    return qualified, LeadQualified(opportunity_id=opportunity_id)


def disqualify(lead: Lead, *, reason: DisqualifyReason, opportunity_id: str | None) -> tuple[Lead, LeadDisqualified]:
    """An open lead is given up. `opportunity_id` is of an opportunity that names this lead, if there is one."""
    state = MOVES.after("disqualify", state=lead.state)
    if opportunity_id is not None:
        raise LeadHasOpportunity(opportunity_id)
    return lead.evolve(state=state, status_reason=reason.value), LeadDisqualified(reason=reason)


def reactivate(lead: Lead) -> tuple[Lead, LeadReactivated]:
    """A lead that was given up is open once more."""
    return lead.evolve(state=MOVES.after("reactivate", state=lead.state), status_reason=NEW), LeadReactivated()


def combined(lead: Lead, duplicate: Lead) -> Lead:
    """What an open or ended lead becomes by another of the same person, whose responses it has answered from now on.

    Raises `LeadHasOpportunity` where the duplicate does: that is the lead to keep.
    """
    if duplicate.opportunity_id is not None and lead.opportunity_id is None:
        raise LeadHasOpportunity(duplicate.opportunity_id)
    responses = tuple(dict.fromkeys((*lead.response_ids, *duplicate.response_ids)))
    valued = lead.estimated_value is None and duplicate.estimated_value is not None
    both = completed(lead, duplicate).evolve(
        response_ids=responses[-MOST_RESPONSES:],
        consent=lead.consent,
        currency=duplicate.currency if valued else lead.currency,
    )
    return carried(both, duplicate.consent, duplicate.consent_proofs)


def join_response(lead: Lead, *, response_id: str, campaign_id: str | None) -> tuple[Lead, LeadResponseJoined]:
    """The lead with one more response of its person. If nobody has told its source, it is this campaign."""
    source: dict[str, object] = {}
    if campaign_id is not None and lead.source is None and lead.source_campaign_id is None:
        source = {"source": LeadSource.CAMPAIGN, "source_campaign_id": campaign_id}
    response_ids = (*lead.response_ids, response_id)[-MOST_RESPONSES:]
    joined = lead.evolve(response_ids=response_ids, **source)
    return joined, LeadResponseJoined(response_id=response_id, campaign_id=campaign_id)
