"""Entries that were kept before entries were of a kind are found by it nevertheless."""

from collections.abc import AsyncIterator

import pytest

from libs.contracts.envelope import Envelope
from libs.store.ids import new_id
from libs.store.store import Store
from services.activity.timeline import store as timeline
from services.activity.timeline.completing import complete_kinds
from tests.support.events import envelope


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    indexes = {timeline.COLLECTION: timeline.INDEXES}
    store = await Store.open(mongo_url, database_name, service="activity", indexes=indexes)
    yield store
    await store.close()


def story(lead: str) -> list[Envelope]:
    """One event of each kind, as far as entries told them apart."""
    about = {"id": lead, "lead_id": lead}
    moved = {"state": {"before": "open", "after": "qualified"}}
    return [
        envelope("sales.lead.created", "leads", about),
        envelope("sales.lead.qualified", "leads", about, changed=moved),
        envelope("sales.lead.updated", "leads", about, changed={"topic": {"before": "a", "after": "b"}}),
        envelope("activity.note.created", "notes", {"lead_id": lead}),
        envelope("activity.phone_call.completed", "activities", {"lead_id": lead}, changed=moved),
    ]


async def kinds(store: Store, lead: str) -> dict[str, str]:
    """By kind that is asked for, the events that are found."""
    found: dict[str, str] = {}
    for kind in ("creation", "state", "change", "note", "phone_call"):
        piece = await timeline.read_entries(store, [f"leads/{lead}"], top=10, after=None, kinds=[kind])
        found |= {entry["id"]: kind for entry in piece.entries}
    return found


async def test_every_entry_without_a_kind_gets_the_one_that_it_would_have_now(store: Store) -> None:
    lead = new_id()
    events = story(lead)
    await timeline.keep_entries(store, events)
    usual = await kinds(store, lead)
    await store.collection(timeline.COLLECTION).update_many({}, {"$unset": {"kind": ""}})
    lost = await kinds(store, lead)
    waiting = envelope("sales.lead.updated", "leads", {"id": new_id()})
    await store.collection(timeline.COLLECTION).insert_one({"_id": waiting.id, "about": [f"leads/{lead}"]})

    await complete_kinds(store)

    assert (len(usual), lost, await kinds(store, lead)) == (len(events), {}, usual)
    assert await store.collection(timeline.COLLECTION).find_one({"_id": waiting.id, "kind": None}) is not None


async def test_once_all_have_a_kind_nothing_is_looked_through_again(store: Store) -> None:
    await complete_kinds(store)
    lead = new_id()
    await timeline.keep_entries(store, story(lead))
    await store.collection(timeline.COLLECTION).update_many({}, {"$unset": {"kind": ""}})

    await complete_kinds(store)

    assert await kinds(store, lead) == {}
