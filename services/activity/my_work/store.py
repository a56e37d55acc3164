"""What somebody has to do, by a few indexed queries at once."""

import asyncio
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from libs.contracts.activity import PartyResponse
from libs.store.documents import WITHOUT_PRIVATE, to_record
from libs.store.errors import answering
from libs.store.store import Document, Store
from services.activity.activities.model.activity import UNSETTLED, Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.overlaps import SERIES
from services.activity.my_work.model import MyWork, Section, Span, WorkItem, items_in, this_week, today

SHOWN: Final = 50
"""Items of a section that are shown."""

MOST: Final = 1_000
"""Activities of one kind that are read for a week."""


async def my_work(store: Store, user_id: str, *, now: datetime, zone: ZoneInfo) -> MyWork:
    mine = {"owner_id": user_id, "state": {"$in": list(UNSETTLED)}, "_deleted": None}
    week = this_week(now, zone)
    async with answering():
        open_, late, ended, week_of = await asyncio.gather(
            _section(store, mine),
            _section(store, {**mine, "due": {"$lt": now}}),
            _section(store, {**mine, "due": None, "end": {"$lt": now}, "type": {"$ne": SERIES}}),
            taking_part(store, user_id, week),
        )
    overdue = sorted([*late.value, *ended.value], key=lambda item: (item.due or item.end or now, item.id))
    in_week = items_in(week, week_of)
    day = today(now, zone)
    in_day = [item for item in in_week if day.holds(item.start) or day.holds(item.due)]
    return MyWork(
        open=open_,
        overdue=Section(count=late.count + ended.count, value=tuple(overdue[:SHOWN])),
        today=Section(count=len(in_day), value=tuple(in_day[:SHOWN])),
        this_week=Section(count=len(in_week), value=tuple(in_week[:SHOWN])),
    )


async def taking_part(store: Store, user_id: str, span: Span) -> list[Activity]:
    """What somebody has to do, and is invited to without having declined, that begins or is due in a span."""
    within = {"$gte": span.begin, "$lt": span.end}
    run = {"type": SERIES, "runs_from": {"$lt": span.end}, "runs_until": {"$gte": span.begin}}
    invited = {
        "$elemMatch": {"collection": "users", "id": user_id, "response": {"$ne": PartyResponse.DECLINED}},
    }
    whose: tuple[Document, ...] = ({"owner_id": user_id}, {"parties.id": user_id, "parties": invited})
    when: tuple[Document, ...] = ({"start": within, "type": {"$ne": SERIES}}, {"due": within}, run)
    queries = [{**who, "state": {"$in": list(UNSETTLED)}, **what, "_deleted": None} for who in whose for what in when]
    found = await asyncio.gather(*(_read(store, query, MOST) for query in queries))
    return list({activity.id: activity for each in found for activity in each}.values())


async def _section(store: Store, query: Document) -> Section:
    """The first by when they are due, and the number of all."""
    activities = store.collection(AnyActivity.collection)
    shown, count = await asyncio.gather(_read(store, query, SHOWN), activities.count_documents(query))
    return Section(count=count, value=tuple(map(WorkItem.of, shown)))


async def _read(store: Store, query: Document, most: int) -> list[Activity]:
    found = store.collection(AnyActivity.collection).find(query, WITHOUT_PRIVATE).sort("due", 1)
    return [to_record(AnyActivity, document) for document in await found.limit(most).to_list(most)]
