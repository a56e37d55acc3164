"""What the activity service announces: each type of activity is an aggregate of its own, `activity.<type>`."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Reference


class ActivityState(StrEnum):
    OPEN = "open"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


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


class PartyRole(StrEnum):
    """What somebody has to do with an activity."""

    SENDER = "sender"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    REQUIRED = "required"
    OPTIONAL = "optional"
    ORGANIZER = "organizer"
    OWNER = "owner"
    CUSTOMER = "customer"
    RESOURCE = "resource"


class PartyResponse(StrEnum):
    """What somebody said to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class Party(BaseModel):
    """Who takes part: a record (`collection` and `id`), an address, or both."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: PartyRole
    collection: str | None = None
    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    response: PartyResponse = PartyResponse.NONE
    responded_at: datetime | None = None


class ActivitySnapshot(Snapshot):
    """What activities of every type have. `occurred_at` is when it took place, of completed ones."""

    searchable: ClassVar = Searchable("activities", title=("subject",), text=("description",))

    type: str
    subject: str
    description: str | None = None
    state: ActivityState
    status_reason: str | None = None
    priority: str
    regarding: Reference | None = None
    parties: tuple[Party, ...] = ()
    due: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    duration_seconds: int | None = None
    outcome: str | None = None
    occurred_at: datetime | None = None
    created_at: datetime


class PhoneCallSnapshot(ActivitySnapshot):
    direction: Direction
    phone_number: str | None = None


class TaskSnapshot(ActivitySnapshot):
    percent_complete: int
    category: str | None = None


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


class PhoneCallCreated(Event[PhoneCallSnapshot], type="activity.phone_call.created"):
    pass


class PhoneCallUpdated(Event[PhoneCallSnapshot], type="activity.phone_call.updated"):
    pass


class PhoneCallScheduled(Event[PhoneCallSnapshot], type="activity.phone_call.scheduled"):
    pass


class PhoneCallCompleted(Event[PhoneCallSnapshot], type="activity.phone_call.completed"):
    pass


class PhoneCallCanceled(Event[PhoneCallSnapshot], type="activity.phone_call.canceled"):
    pass


class PhoneCallReopened(Event[PhoneCallSnapshot], type="activity.phone_call.reopened"):
    pass


class PhoneCallAssigned(Event[PhoneCallSnapshot], type="activity.phone_call.assigned"):
    pass


class PhoneCallDeleted(Event[PhoneCallSnapshot], type="activity.phone_call.deleted"):
    pass


class PhoneCallRestored(Event[PhoneCallSnapshot], type="activity.phone_call.restored"):
    pass


class TaskCreated(Event[TaskSnapshot], type="activity.task.created"):
    pass


class TaskUpdated(Event[TaskSnapshot], type="activity.task.updated"):
    pass


class TaskScheduled(Event[TaskSnapshot], type="activity.task.scheduled"):
    pass


class TaskCompleted(Event[TaskSnapshot], type="activity.task.completed"):
    pass


class TaskCanceled(Event[TaskSnapshot], type="activity.task.canceled"):
    pass


class TaskReopened(Event[TaskSnapshot], type="activity.task.reopened"):
    pass


class TaskAssigned(Event[TaskSnapshot], type="activity.task.assigned"):
    pass


class TaskDeleted(Event[TaskSnapshot], type="activity.task.deleted"):
    pass


class TaskRestored(Event[TaskSnapshot], type="activity.task.restored"):
    pass


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
    PhoneCallCreated,
    PhoneCallUpdated,
    PhoneCallScheduled,
    PhoneCallCompleted,
    PhoneCallCanceled,
    PhoneCallReopened,
    PhoneCallAssigned,
    PhoneCallDeleted,
    PhoneCallRestored,
    TaskCreated,
    TaskUpdated,
    TaskScheduled,
    TaskCompleted,
    TaskCanceled,
    TaskReopened,
    TaskAssigned,
    TaskDeleted,
    TaskRestored,
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
