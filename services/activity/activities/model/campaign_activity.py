"""What a campaign does by one of its channels: a mailing, a stand at a fair, an advert."""

from typing import Annotated, Literal

from libs.contracts.campaign_responses import Channel
from libs.domain.fields import INDEXED, INITIAL, LISTED, Lookup
from services.activity.activities.model.activity import Activity


class CampaignActivity(Activity, aggregate="activity.campaign_activity"):
    type: Annotated[Literal["campaign_activity"], INITIAL, INDEXED] = "campaign_activity"
    campaign_id: Annotated[str, INDEXED, Lookup.to("campaigns")]
    channel: Annotated[Channel | None, LISTED] = None
