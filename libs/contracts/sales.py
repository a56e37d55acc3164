"""What the sales service announces of leads and opportunities."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.consent import Consent, ConsentProof
from libs.contracts.event import Event, Merged, Searchable, Snapshot, Unmerged
from libs.contracts.priced import Priced
from libs.contracts.values import Currency, Day, Moment, Money, Percent, Reference, Value

DEFAULT_PIPELINE: Final = "default"
"""Of the pipeline that every installation has, and that opportunities go through where nobody names another."""


class LeadState(StrEnum):
    OPEN = "open"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"


class DisqualifyReason(StrEnum):
    LOST = "lost"
    CANNOT_CONTACT = "cannot_contact"
    NO_LONGER_INTERESTED = "no_longer_interested"
    CANCELED = "canceled"


class OpportunityState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class LossReason(StrEnum):
    CANCELED = "canceled"
    OUT_SOLD = "out_sold"


class StageStay(Value):
    """A stay of an opportunity in one stage; `left_at` and `seconds` are empty while it lasts."""

    pipeline_id: str = DEFAULT_PIPELINE
    stage: str
    entered_at: Moment
    entered_by: str | None = None
    left_at: Moment | None = None
    seconds: int | None = None


class SaleShare(Value):
    """Somebody's share of a sale that several make together, in percent."""

    user_id: str
    percent: Percent


class LeadSnapshot(Snapshot):
    searchable: ClassVar = Searchable(
        "leads", title=("full_name", "company_name", "topic"), subtitle=("email", "phone")
    )

    state: LeadState
    status_reason: str | None = None
    topic: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    company_name: str | None = None
    job_title: str | None = None
    email: str | None = None
    phone: str | None = None
    birth_date: Day | None = None
    consent: Consent | None = None
    source: str | None = None
    source_campaign_id: str | None = None
    rating: str | None = None
    score: int | None = None
    estimated_value: Money | None = None
    currency: Currency | None = None
    opportunity_id: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    qualified_at: datetime | None = None
    created_at: datetime | None = None


class OpportunitySnapshot(Snapshot):
    """`customer` is empty until it is won, unless somebody gave one before. `splits` divide what it brings among those
    who sell it, without them it is all its owner's; `priced` is what its lines come to, product by product.
    """

    searchable: ClassVar = Searchable("opportunities", title=("name",))

    state: OpportunityState
    status_reason: str | None = None
    name: str
    customer: Reference | None = None
    lead_id: str | None = None
    source_campaign_id: str | None = None
    pipeline_id: str | None = None
    stage: str
    probability: int
    forecast_category: str
    estimated_value: Money | None = None
    actual_value: Money | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    closed_at: datetime | None = None
    competitor_ids: tuple[str, ...] = ()
    competitor_id: str | None = None
    competitor: str | None = None
    outcome_note: str | None = None
    splits: tuple[SaleShare, ...] = ()
    stage_history: tuple[StageStay, ...] = ()
    priced: Priced | None = None
    created_at: datetime | None = None


class LeadCreated(Event[LeadSnapshot], type="sales.lead.created"):
    pass


class LeadUpdated(Event[LeadSnapshot], type="sales.lead.updated"):
    pass


class LeadDeleted(Event[LeadSnapshot], type="sales.lead.deleted"):
    pass


class LeadRestored(Event[LeadSnapshot], type="sales.lead.restored"):
    pass


class LeadMerged(Merged[LeadSnapshot], type="sales.lead.merged"):
    """Other leads were found to be the same: their ids lead to this one from now on."""


class LeadUnmerged(Unmerged[LeadSnapshot], type="sales.lead.unmerged"):
    """One that had been merged into this one is a lead of its own again."""


class LeadAssigned(Event[LeadSnapshot], type="sales.lead.assigned"):
    """`rule` names the assignment rule that gave a new lead its owner; nobody chose it by hand then."""

    rule: str | None = None


class LeadContacted(Event[LeadSnapshot], type="sales.lead.contacted"):
    pass


class LeadQualified(Event[LeadSnapshot], type="sales.lead.qualified"):
    opportunity_id: str


class LeadDisqualified(Event[LeadSnapshot], type="sales.lead.disqualified"):
    reason: DisqualifyReason


class LeadReactivated(Event[LeadSnapshot], type="sales.lead.reactivated"):
    pass


class LeadResponseJoined(Event[LeadSnapshot], type="sales.lead.response_joined"):
    """Somebody whose lead or opportunity is open has answered a campaign once more."""

    response_id: str
    campaign_id: str | None = None


class LeadConsentChanged(Event[LeadSnapshot], type="sales.lead.consent_changed"):
    """Somebody said by which channels they may be approached; `said` is what is new."""

    said: tuple[ConsentProof, ...]


class OpportunityCreated(Event[OpportunitySnapshot], type="sales.opportunity.created"):
    pass


class OpportunityUpdated(Event[OpportunitySnapshot], type="sales.opportunity.updated"):
    pass


class OpportunityDeleted(Event[OpportunitySnapshot], type="sales.opportunity.deleted"):
    pass


class OpportunityRestored(Event[OpportunitySnapshot], type="sales.opportunity.restored"):
    pass


class OpportunityAssigned(Event[OpportunitySnapshot], type="sales.opportunity.assigned"):
    pass


class OpportunityMoved(Event[OpportunitySnapshot], type="sales.opportunity.moved"):
    """Went to another stage; `seconds` is how long it had been in the one that it left."""

    left: str
    entered: str
    seconds: int | None = None


class OpportunityHeld(Event[OpportunitySnapshot], type="sales.opportunity.held"):
    pass


class OpportunityResumed(Event[OpportunitySnapshot], type="sales.opportunity.resumed"):
    pass


class OpportunityWon(Event[OpportunitySnapshot], type="sales.opportunity.won"):
    """`note` says why, in words."""

    note: str | None = None


class OpportunityLost(Event[OpportunitySnapshot], type="sales.opportunity.lost"):
    """`competitor` is the name of who got the sale, `competitor_id` its record, if there is one; `note` says more."""

    reason: LossReason
    competitor: str | None = None
    competitor_id: str | None = None
    note: str | None = None


class OpportunityReopened(Event[OpportunitySnapshot], type="sales.opportunity.reopened"):
    """`note` says why, in words."""

    note: str | None = None


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    LeadCreated,
    LeadUpdated,
    LeadDeleted,
    LeadRestored,
    LeadMerged,
    LeadUnmerged,
    LeadAssigned,
    LeadContacted,
    LeadQualified,
    LeadDisqualified,
    LeadReactivated,
    LeadResponseJoined,
    LeadConsentChanged,
    OpportunityCreated,
    OpportunityUpdated,
    OpportunityDeleted,
    OpportunityRestored,
    OpportunityAssigned,
    OpportunityMoved,
    OpportunityHeld,
    OpportunityResumed,
    OpportunityWon,
    OpportunityLost,
    OpportunityReopened,
)
