"""Rows that follow others' records hold the newest state, however events arrive."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.envelope import Envelope
from libs.store.copies import COLLECTION, keep_copies, known_copies, known_own, seed_copies
from libs.store.ids import new_id
from libs.store.projecting import newest, newness, upsert_newest
from libs.store.store import Store
from tests.libs.store.faults import Faults
from tests.libs.store.orders import order


def event(record_id: str, sequence: int, *, verb: str = "updated", epoch: int = 1) -> Envelope:
    return Envelope(
        id=new_id(),
        source="/crm/sales",
        type=f"sales.account.{verb}",
        subject=f"accounts/{record_id}",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        epoch=epoch,
        sequence=sequence,
        correlationid="corr",
        causationid=None,
        actorid=None,
        via="ui",
        traceparent=None,
        data={"record": {"id": record_id, "name": f"{record_id} at {epoch}.{sequence}"}},
    )


async def names(store: Store) -> dict[str, str]:
    return {row["_id"]: row["name"] for row in await store.collection(COLLECTION).find({}).to_list(None)}


@given(seed=st.integers(0, 2**32), batch=st.integers(1, 20))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_given_events_shuffled_repeated_and_from_many_copies_at_once_then_the_newest_state_stands(
    store: Store, seed: int, batch: int
) -> None:
    chance = random.Random(seed)
    await store.collection(COLLECTION).delete_many({})
    ids = [f"account {number}" for number in range(5)]
    events = [event(each, sequence) for each in ids for sequence in range(1, 9)] * 3
    chance.shuffle(events)

    batches = [events[start : start + batch] for start in range(0, len(events), batch)]
    for group in range(0, len(batches), 4):
        await asyncio.gather(*(keep_copies(store, each) for each in batches[group : group + 4]))

    assert await names(store) == {f"accounts/{each}": f"{each} at 1.8" for each in ids}


async def test_given_a_late_event_of_a_deleted_record_then_it_stays_deleted(store: Store) -> None:
    await keep_copies(store, [event("a", 3, verb="deleted")])
    await keep_copies(store, [event("a", 2)])

    assert (await known_copies(store, ["accounts/a"]))["accounts/a"]["deleted"]


async def test_given_a_restored_record_then_its_copy_is_there_whatever_comes_late(store: Store) -> None:
    await keep_copies(store, [event("a", 4, verb="restored")])
    await keep_copies(store, [event("a", 3, verb="deleted")])

    assert not (await known_copies(store, ["accounts/a"]))["accounts/a"]["deleted"]


async def test_given_a_restore_from_backup_then_its_smaller_sequences_are_newer(store: Store) -> None:
    await keep_copies(store, [event("a", 900)])
    await keep_copies(store, [event("a", 12, epoch=2)])

    assert (await names(store))["accounts/a"] == "a at 2.12"


async def test_given_a_seeded_copy_then_any_event_is_newer_and_seeding_again_changes_nothing(store: Store) -> None:
    await seed_copies(store, "accounts", [{"id": "a", "name": "as its owner says"}])
    assert (await names(store))["accounts/a"] == "as its owner says"

    await keep_copies(store, [event("a", 1)])
    await seed_copies(store, "accounts", [{"id": "a", "name": "an old answer"}])

    assert (await names(store))["accounts/a"] == "a at 1.1"


async def test_own_records_are_known_deleted_ones_as_such(store: Store) -> None:
    here, gone = order("Ada"), order("Bob")
    await store.collection("orders").insert_many(
        [{"_id": here.id, "name": "Ada's"}, {"_id": gone.id, "name": "Bob's", "_deleted": datetime.now(UTC)}]
    )

    known = await known_own(store, "orders", [here.id, gone.id, "nowhere"])

    assert known == {
        f"orders/{here.id}": {"name": "Ada's", "deleted": False, "owner_id": None, "shares": ()},
        f"orders/{gone.id}": {"name": "Bob's", "deleted": True, "owner_id": None, "shares": ()},
    }


def test_of_a_batch_only_the_newest_event_of_each_record_is_written() -> None:
    first, last, other = event("a", 1), event("a", 2), event("b", 1)

    assert newest([last, other, first]) == {"accounts/a": last, "accounts/b": other}


def test_newness_orders_by_epoch_then_sequence() -> None:
    in_order = [event("a", 1), event("a", 2**40 - 1), event("a", 1, epoch=2)]

    assert [newness(each) for each in in_order] == sorted({newness(each) for each in in_order})


async def test_given_nothing_to_write_then_nothing_is_asked_of_the_database(store: Store) -> None:
    await upsert_newest(store.collection("rows"), {})


async def test_given_an_older_row_made_between_the_look_and_the_insert_then_the_newer_state_stands(
    faulty_store: Store, faults: Faults
) -> None:
    rows = faulty_store.collection("rows")
    async with faults.point("hangBeforeUpsertPerformsInsert") as looked:
        writing = asyncio.create_task(upsert_newest(rows, {"a": (2, {"name": "new"})}))
        await looked.entered()
        await rows.insert_one({"_id": "a", "newness": 1, "name": "old"})
    await writing

    assert await rows.find_one({"_id": "a"}) == {"_id": "a", "newness": 2, "name": "new"}
