"""Who sees what on a timeline."""

from dataclasses import dataclass
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.grants import Depth, Grants, Operation, Permissions
from libs.store.copies import keep_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.timeline.store import keep_entries, read_entries
from services.activity.timeline.viewing import visible
from tests.support.events import envelope
from tests.support.services import Running

LEAD = {"full_name": "Ada", "owner_id": "ana", "email": "ada@example.org", "person_key": "ada"}
CASE = {"title": "Card lost", "owner_id": "eva"}
CHANGED = {"email": {"before": None, "after": "ada@example.org"}, "rating": {"before": None, "after": "hot"}}


def reading(depth: Depth, *, hidden: frozenset[str] = frozenset(), user_id: str = "ana") -> Grants:
    """Somebody who reads leads and cases this deep."""
    on = {name: Permissions({Operation.READ: depth}, hidden if name == "leads" else frozenset()) for name in NAMES}
    return Grants(user_id, collections=on)


NAMES = ("leads", "cases")


@dataclass(frozen=True)
class Story:
    """A lead of Ana's, and a case of Eva's about it."""

    activity: Running
    lead: dict[str, Any]
    case: dict[str, Any]

    async def happen(self, *events: Envelope) -> None:
        await keep_entries(self.activity.app[STORE], events)
        await keep_copies(self.activity.app[STORE], events)

    async def told(self, grants: Grants) -> list[dict[str, object]]:
        store = self.activity.app[STORE]
        piece = await read_entries(store, [f"leads/{self.lead['id']}"], top=50, after=None)
        return list(await visible(store, piece.entries, grants))

    def assigned(self, *, sequence: int) -> Envelope:
        return envelope("sales.lead.assigned", "leads", {**self.lead, "owner_id": "eva"}, sequence=sequence)


@pytest.fixture
async def story(activity: Running) -> Story:
    lead = {"id": new_id(), **LEAD}
    case = {"id": new_id(), "lead_id": lead["id"], **CASE}
    updated = envelope("sales.lead.updated", "leads", lead, sequence=2, changed=CHANGED)
    story = Story(activity, lead, case)
    await story.happen(updated, envelope("service.case.created", "cases", case))
    return story


async def test_entries_about_others_records_are_left_out(story: Story) -> None:
    assert [entry["type"] for entry in await story.told(reading(Depth.OWN))] == ["sales.lead.updated"]
    assert len(await story.told(reading(Depth.ALL))) == 2
    assert await story.told(reading(Depth.NONE)) == []


async def test_what_was_given_to_somebody_else_is_no_longer_shown(story: Story) -> None:
    await story.happen(story.assigned(sequence=3))

    assert await story.told(reading(Depth.OWN)) == []
    assert len(await story.told(reading(Depth.OWN, user_id="eva"))) == 3


async def test_an_older_event_that_arrives_late_gives_nothing_back(story: Story) -> None:
    await story.happen(story.assigned(sequence=5))
    await story.happen(envelope("sales.lead.updated", "leads", story.lead, sequence=4))

    assert await story.told(reading(Depth.OWN)) == []


async def test_a_record_of_which_nothing_is_known_is_hidden(activity: Running) -> None:
    unknown = Story(activity, {"id": new_id(), **LEAD}, {})
    await keep_entries(activity.app[STORE], [envelope("sales.lead.created", "leads", unknown.lead)])

    assert await unknown.told(reading(Depth.OWN)) == []
    assert len(await unknown.told(reading(Depth.ALL))) == 1


async def test_hidden_fields_leave_changes_and_titles(story: Story) -> None:
    entry, *_ = await story.told(reading(Depth.OWN, hidden=frozenset({"email", "full_name"})))

    assert entry["changed"] == {"rating": {"before": None, "after": "hot"}}
    assert entry["subject"] == {"collection": "leads", "id": story.lead["id"], "name": None}


async def test_a_timeline_of_what_is_not_to_be_seen_is_missing(story: Story) -> None:
    own = {"id": "own", "permissions": {"timeline": {"read": "all"}, "leads": {"read": "own"}}}
    await story.activity.know("roles", own)
    base = "/api/v1/timeline"

    assert (await story.activity.get(f"{base}/leads/{story.lead['id']}", roles=["own"]))[0] == 404
    assert (await story.activity.get(f"{base}/cases/{story.case['id']}", roles=["own"]))[0] == 403
