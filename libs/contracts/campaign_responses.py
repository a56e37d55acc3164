"""What the activity service announces of answers to campaigns."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from libs.contracts.activity import ActivitySnapshot
from libs.contracts.event import Event
from libs.contracts.values import Reference


class Channel(StrEnum):
    """By which way an answer came; those of a campaign's own channels have the same names."""

    EMAIL = "email"
    PHONE_CALL = "phone_call"
    SMS = "sms"
    LETTER = "letter"
    FAX = "fax"
    APPOINTMENT = "appointment"
    WEB = "web"
    SOCIAL = "social"
    EVENT = "event"
    NEWSPAPER_AD = "newspaper_ad"
    VIDEO_AD = "video_ad"
    OTHER = "other"


class Response(StrEnum):
    """What somebody said to a campaign."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CONTACT = "do_not_contact"
    ERROR = "error"


class ConversionTarget(StrEnum):
    """What a response can be made into."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"

    @property
    def collection(self) -> str:
        return {"opportunity": "opportunities"}.get(self.value, f"{self.value}s")


class Responder(BaseModel):
    """Who answered a campaign: a record (`collection` and `id`), or a person by their own particulars."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    collection: str | None = None
    id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company_name: str | None = None


class ConversionRefused(BaseModel):
    """Why sales has not made a response what it was to become; `code` is that of the rule that says so."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: ConversionTarget
    code: str
    detail: str
    at: datetime


class CampaignResponseSnapshot(ActivitySnapshot):
    """`response` is null until it is known what the answer means.

    `conversion` is what it is to become in sales, `converted_to` what it has become, `conversion_refused` why it has
    not.
    """

    campaign_id: str
    channel: Channel | None = None
    response: Response | None = None
    customer: Responder | None = None
    promotion: str | None = None
    link_clicked: bool = False
    content_downloaded: bool = False
    form_filled: bool = False
    conversion: ConversionTarget | None = None
    converted_to: Reference | None = None
    conversion_refused: ConversionRefused | None = None


class CampaignResponseCreated(Event[CampaignResponseSnapshot], type="activity.campaign_response.created"):
    """Somebody answered a campaign; `state` is completed unless the answer is still to be worked out."""


class CampaignResponseUpdated(Event[CampaignResponseSnapshot], type="activity.campaign_response.updated"):
    pass


class CampaignResponseScheduled(Event[CampaignResponseSnapshot], type="activity.campaign_response.scheduled"):
    pass


class CampaignResponseCompleted(Event[CampaignResponseSnapshot], type="activity.campaign_response.completed"):
    pass


class CampaignResponseCanceled(Event[CampaignResponseSnapshot], type="activity.campaign_response.canceled"):
    """The answer does not count: entered by mistake, or for somebody else."""


class CampaignResponseReopened(Event[CampaignResponseSnapshot], type="activity.campaign_response.reopened"):
    pass


class CampaignResponseConversionRequested(
    Event[CampaignResponseSnapshot], type="activity.campaign_response.conversion_requested"
):
    """Sales is to make this of it; `contact_id` where it is an answer of a contact that is known."""

    to: ConversionTarget
    contact_id: str | None = None


class CampaignResponseConverted(Event[CampaignResponseSnapshot], type="activity.campaign_response.converted"):
    """Sales has done so; `converted_to` of the record says what it has become."""


class CampaignResponseConversionRefused(
    Event[CampaignResponseSnapshot], type="activity.campaign_response.conversion_refused"
):
    """Sales cannot; `conversion_refused` of the record says why."""


class CampaignResponseAssigned(Event[CampaignResponseSnapshot], type="activity.campaign_response.assigned"):
    pass


class CampaignResponseDeleted(Event[CampaignResponseSnapshot], type="activity.campaign_response.deleted"):
    pass


class CampaignResponseRestored(Event[CampaignResponseSnapshot], type="activity.campaign_response.restored"):
    pass


EVENTS: tuple[type[Event[Any]], ...] = (
    CampaignResponseCreated,
    CampaignResponseUpdated,
    CampaignResponseScheduled,
    CampaignResponseCompleted,
    CampaignResponseCanceled,
    CampaignResponseReopened,
    CampaignResponseConversionRequested,
    CampaignResponseConverted,
    CampaignResponseConversionRefused,
    CampaignResponseAssigned,
    CampaignResponseDeleted,
    CampaignResponseRestored,
)
