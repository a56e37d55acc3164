"""Responses as the activity service announces them."""

from collections.abc import Sequence

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.marketing.responses import store as rows


@projection("campaign_responses", "activity.campaign_response.*", forget=rows.forget_rows)
async def keep_responses(store: Store, envelopes: Sequence[Envelope]) -> None:
    await rows.keep_rows(store, envelopes)
