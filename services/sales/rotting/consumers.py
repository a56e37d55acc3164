"""Activities keep opportunities fresh, pipelines say for how long."""

from collections.abc import Sequence
from datetime import datetime

from libs.bus.definitions import projection
from libs.contracts.activity import ActivityState
from libs.contracts.envelope import Envelope
from libs.contracts.values import to_moment
from libs.store.store import Store
from services.sales.opportunities.model import Opportunity
from services.sales.rotting import store as rotting


@projection(
    "opportunity_activity",
    "activity.*.created",
    "activity.*.updated",
    "activity.*.completed",
    "activity.*.restated",
)
async def note_activities(store: Store, envelopes: Sequence[Envelope]) -> None:
    """What took place about an opportunity. One that is taken back later has happened nonetheless."""
    latest: dict[str, datetime] = {}
    for envelope in envelopes:
        record = envelope.record
        regarding, occurred_at = record.get("regarding") or {}, record.get("occurred_at")
        if regarding.get("collection") != Opportunity.collection or record.get("state") != ActivityState.COMPLETED:
            continue
        at = min(datetime.fromisoformat(occurred_at) if occurred_at else envelope.time, envelope.time)
        latest[regarding["id"]] = max(to_moment(at), latest.get(regarding["id"], to_moment(at)))
    await rotting.note_activities(store, latest)


@projection("pipeline_rotting", "sales.pipeline.updated", "sales.pipeline.restated")
async def follow_pipelines(store: Store, envelopes: Sequence[Envelope]) -> None:
    await rotting.follow_pipelines(store, {envelope.record_id for envelope in envelopes})
