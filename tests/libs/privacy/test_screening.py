"""What was announced before a person was erased, and comes after, comes without the person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from libs.contracts.envelope import Envelope
from libs.privacy.screening import Screen
from libs.privacy.scrubbing import Erased
from libs.store.erased import UNENDING, find_tombstone, keep_tombstone, settle_tombstone
from libs.store.store import Store
from tests.libs.privacy.conftest import MIRA
from tests.support.events import envelope

NOW: Final = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def told(at: datetime, email: str = "mira.quill@example.org") -> Envelope:
    return replace(envelope("sales.guest.updated", "guests", {"email": email, "note": "by Mira"}), time=at)


async def bury(store: Store, until: datetime = NOW) -> None:
    await keep_tombstone(store, "request-1", Erased.of(MIRA, b"salt").tombstone())
    await settle_tombstone(store, "request-1", until)


async def test_where_nobody_was_erased_events_are_what_they_are(store: Store) -> None:
    event = told(NOW)

    assert await Screen(store)([event]) == [event]


async def test_an_event_of_before_comes_without_them_and_the_others_as_they_are(store: Store) -> None:
    await bury(store)
    before, of_another, after = told(NOW - timedelta(days=1)), told(NOW, "ana@example.org"), told(NOW)

    screened = await Screen(store)([before, replace(of_another, time=before.time), after])

    assert (screened[0].record["email"], screened[0].record["note"]) == ("…", "by …")
    assert screened[0].id == before.id
    assert screened[1].record["note"] == "by Mira"
    assert screened[2] is after


async def test_while_somebody_is_erased_every_event_about_them_is_screened(store: Store) -> None:
    await bury(store, UNENDING)

    (screened,) = await Screen(store)([told(NOW + timedelta(days=1))])

    assert screened.record["email"] == "…"


async def test_a_tombstone_that_is_there_keeps_its_salt_and_learns_what_it_lacks(store: Store) -> None:
    await bury(store)

    await keep_tombstone(store, "request-1", {**Erased.of(MIRA, b"other").tombstone(), "records": ["guests/7"]})

    found = await find_tombstone(store, "request-1")
    assert found is not None
    assert (found["salt"], found["records"], found["until"]) == (b"salt".hex(), ["guests/7"], UNENDING)
