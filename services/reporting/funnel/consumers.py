"""The funnel follows responses, leads and opportunities."""

from collections.abc import Sequence

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.reporting.funnel import store as rows
from services.reporting.funnel.model import PROJECTION
from services.reporting.lag.store import note_progress


@projection(PROJECTION, "activity.campaign_response.*", "sales.lead.*", "sales.opportunity.*", forget=rows.forget_rows)
async def follow_funnel(store: Store, envelopes: Sequence[Envelope]) -> None:
    await rows.keep_rows(store, envelopes)
    await note_progress(store, PROJECTION, envelopes)
