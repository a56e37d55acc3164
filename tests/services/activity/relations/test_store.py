"""What belongs to a record is what belongs to it now, however the events arrived."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store import aliases
from libs.store.ids import new_id
from libs.store.store import Store
from services.activity.app import ACTIVITY
from services.activity.relations import store as relations
from services.activity.relations.store import MOST, alone, circle_of, forget_relations, keep_relations, question
from tests.services.journal.restores.telling import set_back
from tests.support.events import envelope
from tests.support.merges import hear, merge_event
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="module")
async def store(mongo_url: str, shared_database: str) -> AsyncIterator[Store]:
    name = f"{shared_database}_activity"
    indexes = {relations.COLLECTION: relations.INDEXES, **aliases.INDEXES}
    store = await Store.open(mongo_url, name, service="activity", indexes=indexes, seconds=PATIENCE)
    yield store
    await store.close()


def contact(account: str | None, id: str, *, sequence: int = 1, **data: Any) -> Envelope:
    record = {"id": id, "full_name": "Ada", "account_id": account}
    verb = "created" if sequence == 1 else "updated"
    return envelope(f"sales.contact.{verb}", "contacts", record, sequence=sequence, **data)


def deal(customer: str, id: str) -> Envelope:
    collection, _, customer_id = customer.partition("/")
    record = {"id": id, "name": "Loan", "customer": {"collection": collection, "id": customer_id}}
    return envelope("sales.opportunity.created", "opportunities", record)


async def around(store: Store, subject: str) -> set[str]:
    return set((await circle_of(store, subject)).subjects) - {subject}


async def test_an_account_has_its_contacts_and_what_they_are_the_customer_of(store: Store) -> None:
    account, person, sale, theirs = (new_id() for _ in range(4))
    await keep_relations(store, [deal(f"contacts/{person}", sale), deal(f"accounts/{account}", theirs)])
    await keep_relations(store, [contact(account, person)])

    everything = {f"contacts/{person}", f"opportunities/{sale}", f"opportunities/{theirs}"}
    assert await around(store, f"accounts/{account}") == everything
    assert await around(store, f"contacts/{person}") == {f"opportunities/{sale}"}
    assert await around(store, f"opportunities/{sale}") == set()


def account(parent: str | None, id: str, *, sequence: int = 1, **data: Any) -> Envelope:
    record = {"id": id, "name": "Acme", "parent_account_id": parent}
    verb = "created" if sequence == 1 else "updated"
    return envelope(f"sales.account.{verb}", "accounts", record, sequence=sequence, **data)


async def test_an_account_has_those_below_it_with_all_that_is_theirs(store: Store) -> None:
    group, division, plant, person, sale = (new_id() for _ in range(5))
    await keep_relations(store, [account(None, group), account(group, division), account(division, plant)])
    await keep_relations(store, [contact(plant, person), deal(f"contacts/{person}", sale)])
    theirs = {f"contacts/{person}", f"opportunities/{sale}"}

    assert await around(store, f"accounts/{group}") == {f"accounts/{division}", f"accounts/{plant}", *theirs}
    assert await around(store, f"accounts/{plant}") == theirs

    sold = {"parent_account_id": {"before": group, "after": None}}
    await keep_relations(store, [account(None, division, sequence=2, changed=sold)])
    assert await around(store, f"accounts/{group}") == set()


async def test_accounts_that_seem_to_be_above_each_other_are_looked_at_once(store: Store) -> None:
    one, other = new_id(), new_id()
    await keep_relations(store, [account(other, one), account(one, other)])

    assert await around(store, f"accounts/{one}") == {f"accounts/{other}"}


async def test_how_deep_accounts_are_looked_at_is_bounded(store: Store) -> None:
    tree = [new_id() for _ in range(7)]
    await keep_relations(store, [account(above, below) for above, below in pairwise(tree)])

    assert await around(store, f"accounts/{tree[0]}") == {f"accounts/{each}" for each in tree[1:5]}


async def test_a_contact_that_moved_belongs_to_its_new_account_alone(store: Store) -> None:
    old, new, person = new_id(), new_id(), new_id()
    moved = {"account_id": {"before": old, "after": new}}
    await keep_relations(store, [contact(new, person, sequence=3, changed=moved)])
    await keep_relations(store, [contact(old, person)])

    assert await around(store, f"accounts/{old}") == set()
    assert await around(store, f"accounts/{new}") == {f"contacts/{person}"}


async def test_a_change_of_something_else_does_not_hide_a_move_that_arrives_later(store: Store) -> None:
    old, new, person = new_id(), new_id(), new_id()
    renamed = contact(new, person, sequence=4, changed={"last_name": {"before": "A", "after": "B"}})
    moved = contact(new, person, sequence=3, changed={"account_id": {"before": old, "after": new}})
    for events in ([contact(old, person), renamed], [moved]):
        await keep_relations(store, events)

    assert await around(store, f"accounts/{new}") == {f"contacts/{person}"}


async def test_a_merged_contact_belongs_where_its_survivor_does_until_it_is_taken_out_again(store: Store) -> None:
    of_gone, of_kept, gone, kept, sale = (new_id() for _ in range(5))
    await keep_relations(store, [contact(of_gone, gone), contact(of_kept, kept), deal(f"contacts/{gone}", sale)])

    await hear(ACTIVITY, store, merge_event(f"contacts/{kept}", {gone: kept}))
    assert await around(store, f"accounts/{of_gone}") == set()
    assert await around(store, f"accounts/{of_kept}") == {
        f"contacts/{kept}",
        f"contacts/{gone}",
        f"opportunities/{sale}",
    }

    await hear(ACTIVITY, store, merge_event(f"contacts/{kept}", {gone: None}, version=2, verb="unmerged"))
    assert await around(store, f"accounts/{of_gone}") == {f"contacts/{gone}", f"opportunities/{sale}"}
    assert await around(store, f"accounts/{of_kept}") == {f"contacts/{kept}"}


async def test_an_account_has_what_belongs_to_those_that_were_merged_into_it(store: Store) -> None:
    gone, kept, person = new_id(), new_id(), new_id()
    await keep_relations(store, [contact(gone, person)])
    await hear(ACTIVITY, store, merge_event(f"accounts/{kept}", {gone: kept}))

    assert await around(store, f"accounts/{kept}") == {f"accounts/{gone}", f"contacts/{person}"}
    assert set((await alone(store, f"accounts/{kept}")).subjects) == {f"accounts/{kept}", f"accounts/{gone}"}


async def test_of_too_many_the_latest_are_looked_at_and_it_is_said(store: Store) -> None:
    account = new_id()
    events = [contact(account, new_id()) for _ in range(MOST)]
    await keep_relations(store, events[1:])
    assert (await circle_of(store, f"accounts/{account}")).whole

    await keep_relations(store, events[:1])
    circle = await circle_of(store, f"accounts/{account}")

    assert not circle.whole
    assert set(circle.subjects) == {f"accounts/{account}", *(event.subject for event in events[1:])}


async def test_after_a_restore_a_record_belongs_to_nothing_until_it_is_told_again(store: Store) -> None:
    account, person = new_id(), new_id()
    await keep_relations(store, [contact(account, person)])
    now = datetime.now(UTC)
    told = set_back("sales", ["contacts"], taken_at=now, restored_at=now)

    await forget_relations(store, RestoredService.of(told))

    assert await around(store, f"accounts/{account}") == set()


async def test_what_belongs_to_a_record_is_read_from_indexes_alone(store: Store) -> None:
    account, person = new_id(), new_id()
    await keep_relations(store, [contact(account, person), deal(f"contacts/{person}", new_id())])
    command = {"aggregate": 1, "pipeline": question(f"accounts/{account}", steps=4), "cursor": {}}

    explained = await store.database.command("explain", command, verbosity="executionStats")

    lookups = [stage for stage in explained["stages"] if "$lookup" in stage]
    assert len(lookups) == 14
    assert {stage["collectionScans"] for stage in lookups} == {0}


NAMES = tuple("abcdefgh")


def walked(above: dict[str, set[str]], leads: dict[str, str], top: str) -> set[str]:
    """Step by step what belongs to an account, with ids that lead to what is there, without those that lead away."""

    def merged(step: set[str]) -> set[str]:
        staying = step - leads.keys()
        return staying | {gone for gone, to in leads.items() if to in staying}

    circle = step = merged({top})
    for _ in range(4):
        step = merged({name for name, holders in above.items() if holders & step} - circle)
        circle = circle | step
    return circle


@given(
    above=st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), min_size=1, max_size=2)),
    leads=st.dictionaries(st.sampled_from(NAMES[:4]), st.sampled_from(NAMES[4:]), max_size=3),
)
@settings(max_examples=40)
async def test_whatever_belongs_to_what_and_was_merged_it_is_what_one_finds_step_by_step(
    store: Store, above: dict[str, set[str]], leads: dict[str, str]
) -> None:
    run = new_id()
    for collection in (relations.COLLECTION, aliases.COLLECTION):
        await store.collection(collection).delete_many({})
    rows = [
        {"_id": f"accounts/{run}{name}", "belongs_to": [f"accounts/{run}{each}" for each in holders]}
        for name, holders in above.items()
    ]
    merges = [{"_id": f"accounts/{run}{gone}", "to": f"accounts/{run}{to}"} for gone, to in leads.items()]
    undone = {"_id": f"accounts/{run}undone", "to": None}
    forgotten = {"_id": f"accounts/{run}forgotten", "belongs_to": []}
    await store.collection(relations.COLLECTION).insert_many([*rows, forgotten])
    await store.collection(aliases.COLLECTION).insert_many([*merges, undone])

    for top in NAMES:
        circle = await circle_of(store, f"accounts/{run}{top}")
        assert {subject.removeprefix(f"accounts/{run}") for subject in circle.subjects} == walked(above, leads, top)
