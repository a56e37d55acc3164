"""What a command sees and changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.refusals import EventTooLarge, NotFound, StaleVersion
from libs.store.context import Context
from libs.store.errors import Conflict, Duplicate
from libs.store.mongo import Document
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, OrderPraised, OrderShipped, OrderState, Parcel, order
from tests.support.waiting import PATIENCE

Command = Callable[[UnitOfWork], Awaitable[object]]


async def stored(store: Store, record_id: str) -> Document:
    return await store.collection("orders").find_one({"_id": record_id}) or {}


async def given_order(store: Store, customer: str = "Ada", **fields: object) -> Order:
    async def create(work: UnitOfWork) -> Order:
        return work.add(order(customer, **fields))

    return await store.run(create, Context(actor_id="ada"))


def envelopes(events: list[Pending]) -> list[Envelope]:
    return [Envelope.from_json(event.body) for event in events]


async def test_a_new_record_is_stamped_by_the_unit_of_work(store: Store) -> None:
    added = await given_order(store)

    document = await stored(store, added.id)
    assert (added.version, added.owner_id, added.created_by, added.modified_by) == (1, "ada", "ada", "ada")
    assert document["created_at"] == document["modified_at"] == added.created_at


async def test_given_an_import_that_names_owner_and_time_of_creation_then_they_are_kept(store: Store) -> None:
    long_ago = (await given_order(store)).created_at - timedelta(days=900)  # type: ignore[operator]

    added = await given_order(store, owner_id="grace", created_at=long_ago)

    assert (added.owner_id, added.created_at) == ("grace", long_ago)


async def test_every_write_announces_itself_with_the_state_after_it(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(customer="Grace"))

    async def remove(work: UnitOfWork) -> None:
        work.remove(await work.get(Order, added.id))

    await store.run(rename, Context(actor_id="grace", via="api_key", correlation_id="corr", causation_id="cause"))
    await store.run(remove, Context())

    created, updated, deleted = envelopes(committed)
    assert [each.type for each in (created, updated, deleted)] == [
        "sales.order.created",
        "sales.order.updated",
        "sales.order.deleted",
    ]
    assert [each.sequence for each in (created, updated, deleted)] == [1, 2, 3]
    assert updated.subject == f"orders/{added.id}"
    assert updated.source == "/crm/sales"
    assert (updated.actorid, updated.via) == ("grace", "api_key")
    assert (updated.correlationid, updated.causationid) == ("corr", "cause")
    assert updated.record["customer"] == "Grace"
    assert updated.record["version"] == 2
    assert updated.data["changed"] == {"customer": {"before": "Ada", "after": "Grace"}}
    assert updated.data["access"]["owner"] == "ada"
    assert "changed" not in created.data
    assert len({each.id for each in (created, updated, deleted)}) == 3


async def test_given_named_events_then_they_replace_the_plain_one(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)
    committed.clear()

    async def ship(work: UnitOfWork) -> None:
        shipped = (await work.get(Order, added.id)).evolve(state=OrderState.SHIPPED)
        work.save(shipped, OrderShipped(parcel_id="parcel-1"), OrderPraised(words="fast"))

    await store.run(ship, Context())

    shipped, praised = envelopes(committed)
    assert (shipped.type, shipped.data["parcel_id"]) == ("sales.order.shipped", "parcel-1")
    assert (praised.type, praised.data["words"]) == ("sales.order.praised", "fast")
    assert OrderShipped.received(shipped).record.customer == "Ada"


async def test_given_two_saves_of_one_record_then_it_is_one_version_and_both_events_tell_the_end(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    committed.clear()

    async def twice(work: UnitOfWork) -> None:
        first = work.save((await work.get(Order, added.id)).evolve(note="first"))
        work.save(first.evolve(customer="Grace"), OrderPraised(words="twice"))

    await store.run(twice, Context())

    assert [each.record["customer"] for each in envelopes(committed)] == ["Grace", "Grace"]
    assert (await stored(store, added.id))["version"] == 2
    assert (await stored(store, added.id))["note"] == "first"


async def test_given_a_field_set_to_nothing_then_it_leaves_the_document(store: Store) -> None:
    added = await given_order(store, note="call first")

    async def clear(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(note=None))

    await store.run(clear, Context())

    assert "note" not in await stored(store, added.id)


async def test_given_a_field_of_a_newer_release_then_a_save_leaves_it_alone(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    await store.collection("orders").update_one({"_id": added.id}, {"$set": {"invented_later": 1}})

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(customer="Grace"))

    await store.run(rename, Context())

    assert (await stored(store, added.id))["invented_later"] == 1
    assert envelopes(committed)[-1].data["changed"].keys() == {"customer"}


async def test_a_command_sees_its_own_changes(store: Store) -> None:
    kept, gone = await given_order(store, "Ada"), await given_order(store, "Bob")

    async def command(work: UnitOfWork) -> None:
        work.save((await work.get(Order, kept.id)).evolve(note="mine"))
        work.remove(await work.get(Order, gone.id))
        parcel = work.add(Parcel(id=work.new_id(), order_id=kept.id))

        assert (await work.get(Order, kept.id)).note == "mine"
        assert [each.note for each in await work.find(Order, {})] == ["mine"]
        assert await work.get(Parcel, parcel.id) == parcel
        with pytest.raises(NotFound):
            await work.get(Order, gone.id)

    await store.run(command, Context())


async def test_given_a_record_read_twice_while_another_writes_then_the_save_does_not_undo_the_other(
    store: Store,
) -> None:
    added = await given_order(store)
    others_done = False

    async def other(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(note="the other's"))

    async def command(work: UnitOfWork) -> None:
        nonlocal others_done
        first_read = await work.get(Order, added.id)
        if not others_done:
            others_done = True
            await store.run(other, Context())
        await work.find(Order, {"customer": "Ada"})
        work.save(first_read.evolve(customer="Grace"))

    await store.run(command, Context())

    document = await stored(store, added.id)
    assert (document["customer"], document.get("note")) == ("Grace", "the other's")


async def test_a_removed_record_is_hidden_everywhere_and_its_id_is_never_used_again(store: Store) -> None:
    added = await given_order(store)

    async def remove(work: UnitOfWork) -> None:
        work.remove(await work.get(Order, added.id))

    await store.run(remove, Context())

    async def look(work: UnitOfWork) -> None:
        assert await work.find(Order, {}) == []
        assert await work.first(Order, {"customer": "Ada"}) is None
        with pytest.raises(NotFound):
            await work.get(Order, added.id)

    await store.run(look, Context())
    again = UnitOfWork(store, Context())
    again.add(added)
    with pytest.raises(Conflict):
        await store.commit_of(again).done()


async def test_given_a_record_added_and_removed_by_one_command_then_nobody_sees_it(store: Store) -> None:
    async def change_of_mind(work: UnitOfWork) -> Order:
        return work.remove(work.add(order()))

    removed = await store.run(change_of_mind, Context())

    with pytest.raises(NotFound):
        await store.run(lambda work: work.get(Order, removed.id), Context())


async def test_given_a_missing_record_then_the_refusal_names_its_kind(store: Store) -> None:
    with pytest.raises(NotFound, match="no order has the id nowhere"):
        await store.run(lambda work: work.get(Order, "nowhere"), Context())


async def test_given_the_version_of_if_match_is_past_then_the_command_is_refused(store: Store) -> None:
    added = await given_order(store)

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get_target(Order, added.id)).evolve(customer="Grace"))

    await store.run(rename, Context(), if_match=1)
    with pytest.raises(StaleVersion) as refused:
        await store.run(rename, Context(), if_match=1)

    assert refused.value.extra == {"version": 2}


async def test_given_a_value_that_must_be_unique_then_the_second_is_refused_by_its_name(store: Store) -> None:
    await given_order(store, number=7)

    with pytest.raises(Duplicate) as refused:
        await given_order(store, number=7)

    assert [error.pointer for error in refused.value.errors] == ["/number"]
    await given_order(store)  # without a number there is nothing to be unique
    await given_order(store)


async def test_given_a_refusal_then_nothing_is_written(store: Store) -> None:
    async def refuse(work: UnitOfWork) -> None:
        work.add(order())
        raise NotFound("no such customer")

    with pytest.raises(NotFound):
        await store.run(refuse, Context())

    assert await store.collection("orders").count_documents({}) == 0


async def test_given_an_event_above_256_kib_then_the_write_is_refused_whole(
    store: Store, committed: list[Pending]
) -> None:
    async def create(work: UnitOfWork) -> None:
        work.add(order("small"))
        work.add(order("large", note="x" * 256 * 1024))

    with pytest.raises(EventTooLarge) as refused:
        await store.run(create, Context())

    assert (refused.value.status, refused.value.code) == (413, "event_too_large")
    assert await store.collection("orders").count_documents({}) == 0
    assert committed == []


async def test_private_documents_are_written_with_the_records_or_not_at_all(store: Store) -> None:
    await store.collection("notes").insert_many([{"_id": "a"}, {"_id": "b"}, {"_id": "c", "step": 1}])

    async def command(work: UnitOfWork) -> None:
        work.add(order(number=1))
        work.put("notes", {"_id": "d"})
        work.overwrite("notes", {"_id": "a", "new": True})
        work.drop("notes", "b")
        work.drop("notes", "was never there")
        work.amend("notes", {"_id": "c", "step": 1}, {"$set": {"step": 2}})

    await store.run(command, Context())

    after = [{"_id": "a", "new": True}, {"_id": "c", "step": 2}, {"_id": "d"}]
    assert await store.collection("notes").find({}).sort("_id", 1).to_list(None) == after
    with pytest.raises(Duplicate):
        await store.run(command, Context())
    assert await store.collection("notes").find({}).sort("_id", 1).to_list(None) == after


@pytest.mark.parametrize("write", ["amend", "consume"])
async def test_given_a_private_document_that_no_longer_matches_then_the_command_decides_again(
    store: Store, write: str
) -> None:
    await store.collection("notes").insert_one({"_id": "a", "step": 1})

    async def command(work: UnitOfWork) -> int:
        if work.attempt == 2:
            return 2
        work.add(order())
        match write:
            case "amend":
                work.amend("notes", {"_id": "a", "step": 5}, {"$set": {"step": 6}})
            case _:
                work.consume("notes", {"_id": "a", "step": 5})
        return 1

    assert await store.run(command, Context()) == 2
    assert await store.collection("orders").count_documents({}) == 0
    assert await store.collection("notes").find({}).to_list(None) == [{"_id": "a", "step": 1}]


async def test_given_a_restore_from_backup_then_events_tell_the_new_epoch(
    store_url: str, store_name: str, store: Store, committed: list[Pending]
) -> None:
    await given_order(store)
    await store.collection("meta").insert_one({"_id": "epoch", "value": 2})
    restored = await Store.open(store_url, store_name, service="sales", records=[Order], seconds=PATIENCE)
    restored.outbox.on_commit = committed.extend

    await given_order(restored)
    await restored.close()

    before, after = envelopes(committed)
    assert (before.newness, after.newness) == ((1, 1), (2, 1))
    assert after.newness > before.newness
