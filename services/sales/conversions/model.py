"""What a campaign response could not become."""

from typing import Annotated

from libs.contracts.campaign_responses import ConversionTarget
from libs.domain.fields import GUARDED, INDEXED, LISTED
from libs.domain.record import Record


class ConversionRefusal(Record, collection="conversion_refusals", aggregate="sales.conversion_refusal"):
    """One for each request that was refused, so that the service that has the response hears of it."""

    response_id: Annotated[str, GUARDED, INDEXED]
    to: Annotated[ConversionTarget, GUARDED, LISTED]
    code: Annotated[str, GUARDED, LISTED]
    detail: Annotated[str, GUARDED]
