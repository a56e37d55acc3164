"""What the marketing service announces."""

from datetime import date, datetime
from typing import Any, ClassVar

from libs.contracts.event import Event, Searchable, Snapshot


class CampaignSnapshot(Snapshot):
    searchable: ClassVar = Searchable("campaigns", title=("name",), text=("description",))

    name: str
    description: str | None = None
    state: str
    start_date: date | None = None
    end_date: date | None = None


class CampaignCreated(Event[CampaignSnapshot], type="marketing.campaign.created"):
    pass


class CampaignUpdated(Event[CampaignSnapshot], type="marketing.campaign.updated"):
    pass


class CampaignDeleted(Event[CampaignSnapshot], type="marketing.campaign.deleted"):
    pass


class CampaignRestored(Event[CampaignSnapshot], type="marketing.campaign.restored"):
    pass


class CampaignAssigned(Event[CampaignSnapshot], type="marketing.campaign.assigned"):
    pass


class CampaignMadeReady(Event[CampaignSnapshot], type="marketing.campaign.made_ready"):
    """Planned to the end; it only waits for its launch."""


class CampaignLaunched(Event[CampaignSnapshot], type="marketing.campaign.launched"):
    pass


class CampaignSuspended(Event[CampaignSnapshot], type="marketing.campaign.suspended"):
    pass


class CampaignResumed(Event[CampaignSnapshot], type="marketing.campaign.resumed"):
    pass


class CampaignCompleted(Event[CampaignSnapshot], type="marketing.campaign.completed"):
    pass


class CampaignCanceled(Event[CampaignSnapshot], type="marketing.campaign.canceled"):
    pass


class MarketingListSnapshot(Snapshot):
    searchable: ClassVar = Searchable("marketing_lists", title=("name",), text=("description",))

    name: str
    description: str | None = None
    state: str
    member_kind: str


class MarketingListCreated(Event[MarketingListSnapshot], type="marketing.marketing_list.created"):
    pass


class MarketingListUpdated(Event[MarketingListSnapshot], type="marketing.marketing_list.updated"):
    pass


class MarketingListDeleted(Event[MarketingListSnapshot], type="marketing.marketing_list.deleted"):
    pass


class MarketingListRestored(Event[MarketingListSnapshot], type="marketing.marketing_list.restored"):
    pass


class MarketingListAssigned(Event[MarketingListSnapshot], type="marketing.marketing_list.assigned"):
    pass


class MarketingListActivated(Event[MarketingListSnapshot], type="marketing.marketing_list.activated"):
    pass


class MarketingListDeactivated(Event[MarketingListSnapshot], type="marketing.marketing_list.deactivated"):
    pass


class MarketingListMembersAdded(Event[MarketingListSnapshot], type="marketing.marketing_list.members_added"):
    member_ids: tuple[str, ...]


class MarketingListMembersRemoved(Event[MarketingListSnapshot], type="marketing.marketing_list.members_removed"):
    member_ids: tuple[str, ...]


class EmailTemplateSnapshot(Snapshot):
    """`subject`, `text` and `html` have merge fields such as `{{ recipient.name }}`."""

    searchable: ClassVar = Searchable("email_templates", title=("name",), text=("subject",))

    name: str
    subject: str
    text: str | None = None
    html: str | None = None
    state: str
    created_at: datetime


class EmailTemplateCreated(Event[EmailTemplateSnapshot], type="marketing.email_template.created"):
    pass


class EmailTemplateUpdated(Event[EmailTemplateSnapshot], type="marketing.email_template.updated"):
    pass


class EmailTemplateActivated(Event[EmailTemplateSnapshot], type="marketing.email_template.activated"):
    pass


class EmailTemplateDeactivated(Event[EmailTemplateSnapshot], type="marketing.email_template.deactivated"):
    pass


class EmailTemplateAssigned(Event[EmailTemplateSnapshot], type="marketing.email_template.assigned"):
    pass


class EmailTemplateDeleted(Event[EmailTemplateSnapshot], type="marketing.email_template.deleted"):
    pass


class EmailTemplateRestored(Event[EmailTemplateSnapshot], type="marketing.email_template.restored"):
    pass


EVENTS: tuple[type[Event[Any]], ...] = (
    CampaignCreated,
    CampaignUpdated,
    CampaignDeleted,
    CampaignRestored,
    CampaignAssigned,
    CampaignMadeReady,
    CampaignLaunched,
    CampaignSuspended,
    CampaignResumed,
    CampaignCompleted,
    CampaignCanceled,
    MarketingListCreated,
    MarketingListUpdated,
    MarketingListDeleted,
    MarketingListRestored,
    MarketingListAssigned,
    MarketingListActivated,
    MarketingListDeactivated,
    MarketingListMembersAdded,
    MarketingListMembersRemoved,
    EmailTemplateCreated,
    EmailTemplateUpdated,
    EmailTemplateActivated,
    EmailTemplateDeactivated,
    EmailTemplateAssigned,
    EmailTemplateDeleted,
    EmailTemplateRestored,
)
