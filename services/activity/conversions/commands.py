"""Campaign responses that become records of sales."""

from libs.contracts.activity import CampaignResponseConversionRequested, CampaignResponseConverted, ConversionTarget
from libs.contracts.values import Reference, Value
from libs.domain.fields import Line
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.campaign_response import CampaignResponse, NotAResponse
from services.activity.activities.model.kinds import AnyActivity


class ConvertResponse(Value):
    """What it is to become; `contact_id` where it is a contact that is known."""

    to: ConversionTarget
    contact_id: Line | None = None


async def convert_response(work: UnitOfWork, response_id: str, request: ConvertResponse) -> CampaignResponse:
    """Asks sales, who answers by the event that `note_conversion` is for."""
    response: Activity = await work.get_target(AnyActivity, response_id)
    if not isinstance(response, CampaignResponse):
        raise NotAResponse("this activity is no campaign response")
    asked = CampaignResponseConversionRequested(to=request.to, contact_id=request.contact_id)
    return work.save(response.converting(request.to, contact_id=request.contact_id), asked)


async def note_conversion(work: UnitOfWork, response_id: str, record: Reference) -> None:
    """What the response has become: the first that is told of what was asked for last."""
    response: Activity | None = await work.look_up(AnyActivity, response_id)
    if not isinstance(response, CampaignResponse) or response.conversion is None or response.converted_to is not None:
        return
    if response.conversion.collection == record.collection:
        work.save(response.evolve(converted_to=record), CampaignResponseConverted())
