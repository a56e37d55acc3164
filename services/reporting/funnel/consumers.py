"""The funnel follows responses, leads and opportunities."""

from collections.abc import Sequence
from typing import Final

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.reporting.funnel import store as rows
from services.reporting.lag.store import note_progress

NAME: Final = "funnel"


@projection(NAME, "activity.campaign_response.*", "sales.lead.*", "sales.opportunity.*")
async def follow_funnel(store: Store, envelopes: Sequence[Envelope]) -> None:
    await rows.keep_rows(store, envelopes)
    await note_progress(store, NAME, envelopes)
