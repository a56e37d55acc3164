"""Timelines are the same, however the events arrive."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.refusals import InvalidFields
from libs.store.ids import new_id
from libs.store.store import Store
from services.activity.timeline import store as timeline
from services.activity.timeline.model import KINDS
from services.activity.timeline.store import Position
from tests.services.journal.restores.telling import set_back
from tests.support.events import envelope
from tests.support.waiting import PATIENCE

START = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
async def store(mongo_url: str, shared_database: str) -> AsyncIterator[Store]:
    name = f"{shared_database}_activity"
    store = await Store.open(
        mongo_url, name, service="activity", indexes={timeline.COLLECTION: timeline.INDEXES}, seconds=PATIENCE
    )
    yield store
    await store.close()


@dataclass(frozen=True)
class Happening:
    """One event of a story: whom it is about, by number, and which earlier event brought it about."""

    subject: int
    account: int | None
    cause: int | None
    milliseconds: int


PEOPLE = 4
happenings = st.builds(
    Happening,
    subject=st.integers(0, PEOPLE - 1),
    account=st.none() | st.integers(0, PEOPLE - 1),
    cause=st.none() | st.integers(0, 20),
    milliseconds=st.integers(0, 3),
)


def told(story: Sequence[Happening]) -> list[Envelope]:
    """The events of a story about records that no other story has."""
    records = [new_id() for _ in range(PEOPLE)]
    events: list[Envelope] = []
    for number, each in enumerate(story):
        account = None if each.account is None else records[each.account]
        record = {"id": records[each.subject], "topic": f"event {number}", "account_id": account}
        event = envelope("sales.lead.updated", "leads", record)
        cause = events[each.cause].id if each.cause is not None and each.cause < number else None
        time = START + timedelta(milliseconds=each.milliseconds)
        events.append(replace(event, causationid=cause, time=time))
    return events


def expected(events: Sequence[Envelope]) -> dict[str, list[str]]:
    """By subject the ids of its events, newest first: its own, those that name it, those that caused one of its own."""
    about: dict[str, set[tuple[datetime, str]]] = {}
    by_id = {event.id: event for event in events}
    for event in events:
        about.setdefault(event.subject, set()).add((event.time, event.id))
        if (account := event.record["account_id"]) is not None:
            about.setdefault(f"accounts/{account}", set()).add((event.time, event.id))
        if event.causationid is not None:
            about[event.subject].add((by_id[event.causationid].time, event.causationid))
    return {subject: [id_ for _, id_ in sorted(places, reverse=True)] for subject, places in about.items()}


async def whole(store: Store, *subjects: str, top: int, kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after: Position | None = None
    while True:
        piece = await timeline.read_entries(store, subjects, top=top, after=after, kinds=kinds)
        entries += piece.entries
        if piece.last is None:
            return entries
        assert len(piece.entries) == top
        assert piece.entries[-1]["id"] not in [entry["id"] for entry in entries[:-1]]
        after = Position.parse(str(piece.last))


@given(
    story=st.lists(happenings, min_size=1, max_size=12),
    order=st.randoms(use_true_random=False),
    batch=st.integers(1, 5),
    top=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None)
async def test_given_events_shuffled_repeated_and_at_once_then_every_timeline_is_the_same(
    store: Store, story: list[Happening], order: random.Random, batch: int, top: int
) -> None:
    events = told(story)
    delivered = events * 3
    order.shuffle(delivered)

    batches = [delivered[start : start + batch] for start in range(0, len(delivered), batch)]
    for start in range(0, len(batches), 3):
        await asyncio.gather(*(timeline.keep_entries(store, each) for each in batches[start : start + 3]))

    for subject, ids in expected(events).items():
        assert [entry["id"] for entry in await whole(store, subject, top=top)] == ids


async def test_given_an_effect_before_its_cause_then_the_cause_is_shown_only_once_it_is_known(store: Store) -> None:
    response = envelope("activity.campaign_response.created", "activities", {"subject": "Yes"})
    lead = replace(envelope("sales.lead.created", "leads", {"topic": "Yes"}), causationid=response.id)

    await timeline.keep_entries(store, [lead])
    alone = await whole(store, lead.subject, top=5)
    await timeline.keep_entries(store, [response])
    both = await whole(store, lead.subject, top=5)

    assert [entry["type"] for entry in alone] == ["sales.lead.created"]
    assert [entry["type"] for entry in both] == ["sales.lead.created", "activity.campaign_response.created"]


def tasks_about(subjects: Sequence[str], *, each: int) -> list[Envelope]:
    """Tasks and calls that were created, so many about each of the records in turn."""
    return [
        envelope(f"activity.{type_}.created", "activities", {"subject": "Ask", "regarding": reference(subject)})
        for type_ in ("task", "phone_call")
        for _ in range(each)
        for subject in subjects
    ]


def reference(subject: str) -> dict[str, str]:
    collection, _, id_ = subject.partition("/")
    return {"collection": collection, "id": id_}


async def test_of_some_kinds_are_read_these_alone_a_page_at_a_time(store: Store) -> None:
    lead = f"leads/{new_id()}"
    changes = [envelope("sales.lead.updated", "leads", reference(lead), sequence=number) for number in (2, 3)]
    tasks = tasks_about([lead], each=3)
    await timeline.keep_entries(store, [*changes, *tasks])

    calls = await whole(store, lead, top=2, kinds=("phone_call",))
    rest = await whole(store, lead, top=2, kinds=("change", "task"))
    activities = await whole(store, lead, top=2, kinds=KINDS["activity"])
    all_but_notes = await whole(store, lead, top=2, kinds=(*KINDS["activity"], "change", "creation"))

    assert [entry["id"] for entry in calls] == [event.id for event in tasks[:2:-1]]
    assert [entry["id"] for entry in rest] == [event.id for event in (*tasks[2::-1], *changes[::-1])]
    assert {entry["kind"] for entry in rest} == {"change", "task"}
    assert [entry["id"] for entry in activities] == [event.id for event in tasks[::-1]]
    assert [entry["id"] for entry in all_but_notes] == [event.id for event in (*tasks[::-1], *changes[::-1])]


async def test_what_is_about_several_of_many_records_is_read_once_and_in_order(store: Store) -> None:
    subjects = [f"leads/{new_id()}" for _ in range(timeline.SCANS + 10)]
    about_all = {"subject": "All", "parties": [reference(subject) for subject in subjects]}
    events = [envelope("activity.task.completed", "activities", about_all) for _ in range(5)]
    events += tasks_about(subjects[::100], each=2)
    story = [replace(event, time=START + timedelta(minutes=number)) for number, event in enumerate(events)]
    await timeline.keep_entries(store, story)

    read = await whole(store, *subjects, top=4)

    assert [entry["id"] for entry in read] == [event.id for event in story[::-1]]


@pytest.mark.parametrize(
    "kinds",
    [
        (),
        ("task",),
        ("phone_call", "task"),
        ("email", "letter", "phone_call", "task"),
        KINDS["activity"],
        (*KINDS["activity"], "change"),
    ],
)
async def test_a_page_costs_the_database_no_more_than_the_page(store: Store, kinds: tuple[str, ...]) -> None:
    subjects, top = [f"leads/{new_id()}" for _ in range(timeline.SCANS)], 10
    await timeline.keep_entries(store, tasks_about(subjects, each=3))

    for part in timeline.parts_after(Position(datetime.now(UTC), new_id())):
        for place in timeline.places_of(subjects, kinds):
            cursor = timeline.cursor_of(store, place, part, since=START).limit(top)
            explained = await cursor.explain()
            ran = explained["executionStats"]
            stages = set(re.findall(r"'stage': '(\w+)'", str(ran["executionStages"])))
            assert stages <= {"LIMIT", "FETCH", "SORT_MERGE", "IXSCAN"}
            assert ran["totalDocsExamined"] <= top
            assert ran["totalKeysExamined"] <= timeline.SCANS * 2 + top


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "é", "bm90aGluZw==", "MjAyNi0xMy0wMVQwMDowMDowMHxh"])
def test_a_cursor_that_nobody_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        Position.parse(cursor)

    assert refused.value.errors[0].pointer == "after"


async def test_what_a_service_told_between_a_backup_and_its_restore_is_taken_off(store: Store) -> None:
    account, lead = new_id(), {"topic": "Undone"}
    about = {"account_id": account}
    taken_at = datetime.now(UTC)
    undone = envelope("sales.lead.created", "leads", {**lead, **about})
    of_others = envelope("service.case.created", "cases", {"title": "Stays", **about})
    restored_at = datetime.now(UTC) + timedelta(seconds=1)
    long_before = replace(undone, id="01900000-0000-7000-8000-000000000000")
    await timeline.keep_entries(store, [undone, of_others, long_before])

    told = set_back("sales", ["leads"], taken_at=taken_at, restored_at=restored_at)
    await timeline.forget_entries(store, RestoredService.of(told))

    piece = await timeline.read_entries(store, [f"accounts/{account}"], top=10, after=None)
    assert {entry["id"] for entry in piece.entries} == {of_others.id, long_before.id}
