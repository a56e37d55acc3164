"""The types of activity there are."""

from typing import Final

from libs.domain.record import Index
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.campaign_activity import CampaignActivity
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.custom import CustomActivity
from services.activity.activities.model.email import Email
from services.activity.activities.model.phone_call import PhoneCall
from services.activity.activities.model.recurring_appointment import RecurringAppointment
from services.activity.activities.model.service_activity import ServiceActivity
from services.activity.activities.model.task import Task
from services.activity.activities.model.written import Fax, Letter

KINDS: Final = (
    PhoneCall,
    Task,
    CampaignResponse,
    Letter,
    Fax,
    Email,
    CampaignActivity,
    ServiceActivity,
    Appointment,
    RecurringAppointment,
    CustomActivity,
)


class AnyActivity(Activity, kinds=KINDS):
    """An activity of any type: what the collection holds."""

    indexes = (
        Index(("state", "due")),
        Index(("owner_id", "state", "due")),
        Index(("regarding.id",)),
        Index(("customer.id",)),
        Index(("answer_key",), unique=True),
        Index(("owner_id", "state", "start")),
        Index(("owner_id", "state", "end")),
        Index(("owner_id", "runs_until")),
        Index(("uid",), sparse=True),
        Index(("parties.email",), sparse=True),
        Index(("parties.id", "start")),
        Index(("fields.$**",)),
    )
