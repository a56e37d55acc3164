"""Campaign responses that become records of sales."""

from libs.contracts.campaign_responses import (
    CampaignResponseConversionRefused,
    CampaignResponseConversionRequested,
    CampaignResponseConverted,
    ConversionTarget,
)
from libs.contracts.notifications import NotificationKind
from libs.contracts.values import Reference, Value
from libs.domain.fields import Line
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.campaign_response import CampaignResponse, ConversionRefused, NotAResponse
from services.activity.activities.model.kinds import AnyActivity
from services.activity.notifications.commands import notify


class ConvertResponse(Value):
    """What it is to become; `contact_id` where it is a contact that is known."""

    to: ConversionTarget
    contact_id: Line | None = None


async def convert_response(work: UnitOfWork, response_id: str, request: ConvertResponse) -> CampaignResponse:
    """Asks sales, who answers by the events that `note_conversion` and `note_refusal` are for."""
    response: Activity = await work.get_target(AnyActivity, response_id)
    if not isinstance(response, CampaignResponse):
        raise NotAResponse("this activity is no campaign response")
    asked = CampaignResponseConversionRequested(to=request.to, contact_id=request.contact_id)
    return work.save(response.converting(request.to, contact_id=request.contact_id), asked)


async def note_conversion(work: UnitOfWork, response_id: str, record: Reference) -> None:
    """What the response has become: the first that is told of what was asked for last."""
    response = await _response(work, response_id)
    if response is not None and response.waits_for(record.collection):
        work.save(response.converted(record), CampaignResponseConverted())


async def note_refusal(work: UnitOfWork, response_id: str, refused: ConversionRefused) -> None:
    """Why the response has become nothing, unless something else was asked for since; whoever asked is told."""
    response = await _response(work, response_id)
    if response is None or not response.waits_for(refused.to.collection):
        return
    work.save(response.evolve(conversion_refused=refused), CampaignResponseConversionRefused())
    if work.context.actor_id is not None:
        kind, asked_by = NotificationKind.CONVERSION_REFUSED, work.context.actor_id
        notify(work, kind, asked_by, response, title=response.subject, happens_at=None)


async def _response(work: UnitOfWork, response_id: str) -> CampaignResponse | None:
    response: Activity | None = await work.look_up(AnyActivity, response_id)
    return response if isinstance(response, CampaignResponse) else None
