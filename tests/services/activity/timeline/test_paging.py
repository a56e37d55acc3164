"""Whoever pages through a timeline meets all that was there, and nothing twice, whatever happens meanwhile."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.store import aliases
from libs.store.ids import new_id
from libs.store.store import Store
from services.activity.app import ACTIVITY
from services.activity.relations import store as relations
from services.activity.timeline import store as timeline
from services.activity.timeline.store import Piece, Position
from tests.support.events import envelope
from tests.support.merges import hear, merge_event
from tests.support.waiting import PATIENCE

START = datetime(2026, 5, 4, tzinfo=UTC)
FAMILY = ("account", "contact", "deal")


@pytest.fixture(scope="module")
async def store(mongo_url: str, shared_database: str) -> AsyncIterator[Store]:
    indexes = {
        timeline.COLLECTION: timeline.INDEXES,
        relations.COLLECTION: relations.INDEXES,
        **aliases.INDEXES,
    }
    store = await Store.open(
        mongo_url, f"{shared_database}_activity", service="activity", indexes=indexes, seconds=PATIENCE
    )
    yield store
    await store.close()


@dataclass(frozen=True)
class Call:
    """With whom, and how many minutes after the start."""

    member: str
    minutes: int


@dataclass(frozen=True)
class Merge:
    """The twin into the contact, or out of it again."""

    undone: bool


calls = st.builds(Call, st.sampled_from((*FAMILY, "twin")), st.integers(0, 5))


@dataclass
class Family:
    """An account, its contact, what that one buys; and a contact of nobody who may be the same person."""

    store: Store
    references: dict[str, dict[str, str]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """By the id of its event, with whom each call was."""
    merges: int = 0
    merged: bool = False

    async def begin(self) -> None:
        collections = {"account": "accounts", "contact": "contacts", "twin": "contacts", "deal": "opportunities"}
        self.references = {who: {"collection": each, "id": new_id()} for who, each in collections.items()}
        contact = {"id": self.references["contact"]["id"], "account_id": self.references["account"]["id"]}
        deal = {"id": self.references["deal"]["id"], "customer": self.references["contact"]}
        created = [
            envelope("sales.opportunity.created", "opportunities", deal),
            envelope("sales.contact.created", "contacts", contact),
        ]
        await relations.keep_relations(self.store, created)

    async def take(self, step: Call | Merge) -> None:
        match step:
            case Call():
                await self.call([step])
            case Merge(undone):
                await self.merge(undone=undone)

    async def call(self, calls: Iterable[Call]) -> None:
        for call in calls:
            record = {"subject": "Call", "regarding": self.references[call.member]}
            made = envelope("activity.phone_call.created", "activities", record)
            event = replace(made, time=START + timedelta(minutes=call.minutes))
            self.told[event.id] = call.member
            await timeline.keep_entries(self.store, [event])

    async def merge(self, *, undone: bool) -> None:
        self.merges, self.merged = self.merges + 1, not undone
        kept, gone = self.references["contact"]["id"], self.references["twin"]["id"]
        leading = {gone: None if undone else kept}
        await hear(ACTIVITY, self.store, merge_event(f"contacts/{kept}", leading, version=self.merges))

    async def page(self, *, top: int, after: Position | None) -> Piece:
        circle = await relations.circle_of(self.store, f"accounts/{self.references['account']['id']}")
        return await timeline.read_entries(self.store, circle.subjects, top=top, after=after)

    def of(self, *members: str) -> set[str]:
        return {id_ for id_, member in self.told.items() if member in members}


async def paged(family: Family, meanwhile: list[Call | Merge], *, top: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    steps = iter(meanwhile)
    after: Position | None = None
    while True:
        piece = await family.page(top=top, after=after)
        entries += piece.entries
        if piece.last is None:
            return entries
        after = Position.parse(str(piece.last))
        if (step := next(steps, None)) is not None:
            await family.take(step)


@given(
    before=st.lists(calls, max_size=12),
    meanwhile=st.lists(calls | st.builds(Merge, st.booleans()), max_size=8),
    top=st.integers(1, 4),
)
@settings(max_examples=30, deadline=None)
async def test_given_calls_and_merges_between_pages_then_nothing_is_lost_or_twice(
    store: Store, before: list[Call], meanwhile: list[Call | Merge], top: int
) -> None:
    family = Family(store)
    await family.begin()
    await family.call(before)
    there = family.of(*FAMILY)

    entries = await paged(family, meanwhile, top=top)

    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids))
    assert there <= set(ids)
    order = [(entry["at"], entry["id"]) for entry in entries]
    assert order == sorted(order, reverse=True)
    now = {entry["id"] for entry in await paged(family, [], top=50)}
    assert now == family.of(*FAMILY, *(["twin"] if family.merged else []))
