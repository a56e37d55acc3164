"""Which opportunities rot follows from activities, stages and pipelines, in whatever order these are told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING
from libs.store.clock import utc_now
from libs.store.query.options import parse_list_query
from libs.store.queryable import query_fields_of
from libs.store.reading import read_page
from libs.store.store import Store
from services.sales.opportunities import commands as opportunities
from services.sales.opportunities.commands import LoseOpportunity, MoveOpportunity
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines import commands as pipelines
from services.sales.pipelines.model import Pipeline
from services.sales.rotting.consumers import follow_pipelines, note_activities
from tests.services.sales.copies import do, draft, read
from tests.support.events import envelope

STAGES = [{"name": "asked", "probability": 40, "rots_after_days": 10}, {"name": "promised", "probability": 90}]


def activity(opportunity: Opportunity, at: datetime, *, verb: str = "completed", **fields: Any) -> Envelope:
    regarding = {"collection": "opportunities", "id": opportunity.id}
    record = {"type": "task", "state": "completed", "regarding": regarding, "occurred_at": at.isoformat(), **fields}
    return envelope(f"activity.task.{verb}", "activities", record)


async def pipeline_in(store: Store) -> Pipeline:
    return await do(store, pipelines.create_pipeline, draft(Pipeline, name="Renewals", stages=STAGES))


async def deal_in(store: Store, pipeline: Pipeline) -> Opportunity:
    return await do(store, opportunities.create_opportunity, draft(Opportunity, name="Card", pipeline_id=pipeline.id))


async def tell(store: Store, *envelopes: Envelope) -> None:
    await note_activities.handle(store, envelopes)


async def rotting(store: Store) -> Sequence[str]:
    """What the list answers."""
    query = parse_list_query([("$filter", "rots_at lt now()")], query_fields_of(Opportunity), now=utc_now())
    return [row["id"] for row in (await read_page(store, Opportunity, query, EVERYTHING)).value]


async def left_alone(store: Store, opportunity: Opportunity, days: int) -> None:
    """As if nothing had happened to it for so long."""
    long_ago = utc_now() - timedelta(days=days)
    change = {"last_activity_at": long_ago, "rots_at": long_ago + timedelta(days=10)}
    await store.collection(Opportunity.collection).update_one({"_id": opportunity.id}, {"$set": change})


async def test_what_nothing_happens_to_rots_until_something_does(store: Store) -> None:
    pipeline = await pipeline_in(store)
    deal, other = await deal_in(store, pipeline), await deal_in(store, pipeline)
    assert deal.last_activity_at is not None
    assert deal.rots_at == deal.last_activity_at + timedelta(days=10)

    await left_alone(store, deal, 11)
    assert await rotting(store) == [deal.id]

    at = utc_now() - timedelta(days=2)
    await tell(store, activity(deal, at, verb="created"))
    told = await read(store, Opportunity, deal.id)
    assert await rotting(store) == []
    assert (told.last_activity_at, told.rots_at) == (at, at + timedelta(days=10))
    assert (told.version, (await read(store, Opportunity, other.id)).last_activity_at) == (1, other.last_activity_at)


async def test_activities_count_by_when_they_took_place_however_they_are_told(store: Store) -> None:
    deal = await deal_in(store, await pipeline_in(store))
    await left_alone(store, deal, 100)
    latest = utc_now() - timedelta(days=3)
    earlier, planned = latest - timedelta(days=2), utc_now() + timedelta(days=5)

    await tell(store, activity(deal, earlier), activity(deal, latest))
    await tell(store, activity(deal, latest), activity(deal, earlier))
    await tell(store, activity(deal, planned, state="open", verb="created"))
    assert (await read(store, Opportunity, deal.id)).last_activity_at == latest

    # nothing has happened yet at a time to come
    told = activity(deal, planned)
    await tell(store, told)
    assert (await read(store, Opportunity, deal.id)).last_activity_at == told.time.replace(
        microsecond=told.time.microsecond // 1000 * 1000
    )


async def test_only_what_is_in_progress_rots(store: Store) -> None:
    pipeline = await pipeline_in(store)
    held, lost, moved = [await deal_in(store, pipeline) for _ in range(3)]
    await do(store, opportunities.hold_opportunity, held.id)
    await do(store, opportunities.lose_opportunity, lost.id, LoseOpportunity())
    await do(store, opportunities.move_opportunity, moved.id, MoveOpportunity(stage="promised"))

    await tell(store, *(activity(each, datetime(2026, 1, 1, tzinfo=UTC)) for each in (held, lost, moved)))

    for each in (held, lost, moved):
        assert (await read(store, Opportunity, each.id)).rots_at is None
    await do(store, opportunities.resume_opportunity, held.id)
    await do(store, opportunities.reopen_opportunity, lost.id, opportunities.ReopenOpportunity())
    for each in (held, lost):
        assert (await read(store, Opportunity, each.id)).rots_at is not None


async def test_a_changed_pipeline_counts_for_what_is_in_it(store: Store) -> None:
    pipeline = await pipeline_in(store)
    deal = await deal_in(store, pipeline)
    await left_alone(store, deal, 5)
    patient = [{**STAGES[0], "rots_after_days": None}, {**STAGES[1], "rots_after_days": 3}]

    for stages, rots in (([{**STAGES[0], "rots_after_days": 3}], [deal.id]), (patient, [])):
        wanted = pipeline.evolve(stages=stages)
        await store.collection(Pipeline.collection).update_one(
            {"_id": pipeline.id}, {"$set": {"stages": [stage.model_dump(exclude_none=True) for stage in wanted.stages]}}
        )
        await follow_pipelines.handle(store, [envelope("sales.pipeline.updated", "pipelines", {"id": pipeline.id})])
        assert await rotting(store) == rots
