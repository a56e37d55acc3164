"""A campaign response: who answered a campaign, by which way, and what the answer means."""

from typing import Annotated, Literal

from libs.contracts.activity import ActivityState, Channel, Response
from libs.domain.fields import INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup
from libs.domain.people import Respondent
from libs.domain.personal import Personal
from services.activity.activities.model.activity import TEXTS, Activity


class CampaignResponse(Activity, aggregate="activity.campaign_response"):
    """A thing that happened: created as completed unless it says otherwise."""

    personal = Personal(
        cleared=("customer",),
        texts=TEXTS,
        emails=("customer.email",),
        phones=("customer.phone",),
        names=("customer.name", "customer.first_name", "customer.last_name"),
        belongs_to={"regarding": None, "customer": None},
    )

    type: Annotated[Literal["campaign_response"], INITIAL, INDEXED] = "campaign_response"
    state: Annotated[ActivityState, INITIAL, LISTED] = ActivityState.COMPLETED
    subject: Annotated[Line, LISTED, SEARCHED] = "Campaign response"
    campaign_id: Annotated[str, INDEXED, Lookup.to("campaigns")]
    channel: Annotated[Channel | None, LISTED] = None
    response: Annotated[Response | None, LISTED] = None
    customer: Annotated[Respondent | None, LISTED, Lookup.to("accounts", "contacts", "leads")] = None
    promotion: Annotated[Line | None, LISTED] = None
    link_clicked: Annotated[bool, LISTED] = False
    content_downloaded: Annotated[bool, LISTED] = False
    form_filled: Annotated[bool, LISTED] = False
