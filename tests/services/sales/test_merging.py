"""What merges leave behind, in whatever order a copy of the service hears of them."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.contracts.values import Reference
from libs.domain.grants import EVERYTHING
from libs.domain.record import Record
from libs.domain.refusals import AlreadyMerged
from libs.store import aliases
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.merging import merge_records, unmerge_record
from libs.store.moving import settle
from libs.store.query.options import parse_list_query
from libs.store.queryable import query_fields_of
from libs.store.reading import count_up_to, read_page
from libs.store.restating import restated
from libs.store.store import Store
from libs.web.merging import following_merges
from services.sales.accounts.model import Account
from services.sales.accounts.routes import MERGING as ACCOUNTS
from services.sales.contacts.model import Contact
from services.sales.contacts.routes import MERGING as CONTACTS
from services.sales.contacts.routes import RESOURCE
from services.sales.intake.consumers import take_in_response
from services.sales.leads.model import Lead
from services.sales.leads.routes import MERGING as LEADS
from services.sales.opportunities.model import Opportunity
from tests.services.sales.copies import add, all_of, announced, deliver, do, read, response

FOLLOWING = following_merges(())


async def merge(store: Store, survivor: str, *duplicates: str) -> Envelope:
    """The event that tells of it."""
    merged = await do(store, merge_records, ACCOUNTS, survivor, duplicates)
    return (await announced(store, merged))[-1]


async def unmerge(store: Store, survivor: str, duplicate: str) -> Envelope:
    merged, _ = await do(store, unmerge_record, ACCOUNTS, survivor, duplicate)
    return (await announced(store, merged))[-1]


async def hear(store: Store, *events: Envelope) -> None:
    for event in events:
        await FOLLOWING.handle(store, [event])


async def given(store: Store, *ids: str) -> None:
    """Accounts, and at each a contact, who is its customer as well."""
    await add(store, *(Account(id=id_, name=id_.upper()) for id_ in ids))
    await add(store, *(Contact(id=f"at-{id_}", last_name="Lee", account_id=id_) for id_ in ids))
    customers = [Reference(collection="accounts", id=id_, name=f"{id_} then") for id_ in ids]
    await add(store, *(Opportunity(id=f"to-{each.id}", name="Card", customer=each) for each in customers))


async def pointing(store: Store) -> dict[str, Any]:
    """Where everything points to."""
    contacts = {each.id: each.account_id for each in await all_of(store, Contact)}
    opportunities = {each.id: each.customer for each in await all_of(store, Opportunity)}
    return contacts | {id_: (each.id, each.name) for id_, each in opportunities.items() if each}


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_order_merges_are_heard_in_everything_ends_at_the_same_place(store: Store, seed: int) -> None:
    await given(store, "a", "b", "c", "d")
    before = await pointing(store)
    events = [
        await merge(store, "b", "a"),
        await merge(store, "c", "b"),
        await unmerge(store, "c", "b"),
        await merge(store, "d", "c"),
        await merge(store, "d", "b"),
    ]
    again = events * 3
    random.Random(seed).shuffle(again)

    await hear(store, *again)

    after = await pointing(store)
    assert {after[f"at-{id_}"] for id_ in "abcd"} == {"d"}
    assert [after[f"to-{id_}"] for id_ in "abcd"] == [("d", "D")] * 3 + [("d", "d then")]

    undone = [await unmerge(store, "d", "b"), await unmerge(store, "d", "c"), await unmerge(store, "b", "a")]
    again = (events + undone) * 3
    random.Random(seed).shuffle(again)
    await hear(store, *again)
    assert await pointing(store) == before


async def test_whoever_is_told_a_record_once_more_learns_what_leads_to_it(store: Store) -> None:
    await given(store, "a", "b", "c", "d")
    await merge(store, "b", "a")
    await merge(store, "c", "b")

    told = [Envelope.from_json(each.body) for each in await restated(store, Account, Context(), after=None, limit=9)]
    await store.collection(aliases.COLLECTION).delete_many({})
    await hear(store, *told)

    assert [(event.record_id, event.type) for event in told] == [(id_, "sales.account.restated") for id_ in "cd"]
    assert await aliases.led_on(store, [f"accounts/{id_}" for id_ in "abcd"]) == {
        "accounts/a": "accounts/c",
        "accounts/b": "accounts/c",
    }
    assert (await pointing(store))["at-a"] == "c"


async def test_what_a_record_in_the_recycle_bin_pointed_to_is_looked_at_when_it_comes_back(store: Store) -> None:
    await given(store, "a", "b")
    await do(store, lambda work: _remove(work, "at-a"))
    await hear(store, await merge(store, "b", "a"))

    restored = await do(store, RESOURCE.restore_record, "at-a")

    assert restored.account_id == "b"
    await hear(store, await unmerge(store, "b", "a"))
    assert (await read(store, Contact, "at-a")).account_id == "a"


async def _remove(work: Any, contact_id: str) -> None:
    work.remove(await work.get(Contact, contact_id))


async def test_what_was_written_before_the_merge_was_heard_of_is_found_later(store: Store) -> None:
    await given(store, "a", "b")
    await hear(store, await merge(store, "b", "a"))
    await add(store, Contact(id="late", last_name="Lee", account_id="a"))

    await settle(store)
    assert (await read(store, Contact, "late")).account_id == "a"

    past = utc_now() - timedelta(seconds=1)
    await store.collection(aliases.COLLECTION).update_many({}, {"$set": {"again_at": past}})
    await settle(store)
    assert (await read(store, Contact, "late")).account_id == "b"
    assert await store.collection(aliases.COLLECTION).count_documents({"again_at": {"$exists": True}}) == 0


@pytest.mark.parametrize(
    ("record_type", "filter_", "found"),
    [
        (Contact, "account_id eq 'a'", ["at-a", "at-b"]),
        (Contact, "account_id in ('a', 'x')", ["at-a", "at-b"]),
        (Contact, "account_id eq 'b' and not (account_id eq 'a')", []),
        (Contact, "account_id ne 'a'", ["at-c"]),
        (Opportunity, "customer/id eq 'a' or customer/id eq 'c'", ["to-a", "to-b", "to-c"]),
        (Contact, "contains(full_name, 'a')", []),
    ],
)
async def test_a_filter_by_an_old_id_finds_what_the_survivor_has(
    store: Store, record_type: type[Record], filter_: str, found: list[str]
) -> None:
    await given(store, "a", "b", "c")
    await hear(store, await merge(store, "b", "a"))
    query = parse_list_query([("$filter", filter_)], query_fields_of(record_type), now=utc_now())

    page = await read_page(store, record_type, query, EVERYTHING)

    assert [each["id"] for each in page.value] == found
    assert await count_up_to(store, record_type, query, EVERYTHING) == len(found)


async def test_a_response_that_names_a_merged_contact_is_the_survivors(store: Store) -> None:
    await add(store, Contact(id="kept", last_name="Lee", email="ann@example.org"))
    await add(store, Contact(id="gone", last_name="Leigh"))
    await do(store, merge_records, CONTACTS, "kept", ["gone"])

    await deliver(store, take_in_response, response({"collection": "contacts", "id": "gone"}))

    [lead] = await all_of(store, Lead)
    assert (lead.contact_id, lead.email) == ("kept", "ann@example.org")


async def test_a_response_of_a_person_whose_lead_was_merged_joins_the_survivor(store: Store) -> None:
    await deliver(store, take_in_response, response({"last_name": "Lee", "email": "ann@example.org"}))
    await deliver(store, take_in_response, response({"last_name": "Lee", "email": "lee@example.org"}))
    first, second = await all_of(store, Lead)
    await do(store, merge_records, LEADS, first.id, [second.id])

    await deliver(store, take_in_response, response({"last_name": "Lee", "email": "lee@example.org"}))

    [lead] = await all_of(store, Lead)
    assert (lead.id, len(lead.response_ids)) == (first.id, 3)


async def test_of_two_merges_of_one_record_at_once_one_is_refused(store: Store, other: Store) -> None:
    for number in range(10):
        ids = [f"{name}{number}" for name in "abc"]
        await add(store, *(Account(id=id_, name=id_) for id_ in ids))

        outcomes: Sequence[object] = await asyncio.gather(
            do(store, merge_records, ACCOUNTS, ids[1], [ids[0]]),
            do(other, merge_records, ACCOUNTS, ids[2], [ids[0]]),
            return_exceptions=True,
        )

        refusals = [each for each in outcomes if isinstance(each, BaseException)]
        assert [type(each) for each in refusals] == [AlreadyMerged]


async def test_two_records_merged_into_each_other_at_once_are_one(store: Store, other: Store) -> None:
    for number in range(10):
        one, two = f"a{number}", f"b{number}"
        await add(store, Account(id=one, name=one), Account(id=two, name=two))

        await asyncio.gather(
            do(store, merge_records, ACCOUNTS, one, [two]),
            do(other, merge_records, ACCOUNTS, two, [one]),
            return_exceptions=True,
        )

        assert len({(await read(store, Account, each)).id for each in (one, two)}) == 1
