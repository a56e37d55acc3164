"""What one record of a collection may have alone lies in its own document."""

from __future__ import annotations

import asyncio

import pytest

from libs.store.claiming import claim, holder_of
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.faults import Faults
from tests.libs.store.orders import Order, order

ADA = "open_order|ada@example.org"


async def open_order(work: UnitOfWork) -> str:
    """A new order that takes the claim from whoever has it."""
    holder = await holder_of(work, Order, ADA)
    added = work.add(order())
    claim(work, added, ADA, giver=holder)
    return added.id


async def reopen(work: UnitOfWork, order_id: str) -> None:
    """An order that was removed has the claim again."""
    holder = await holder_of(work, Order, ADA)
    claim(work, work.restore(await work.get_removed(Order, order_id)), ADA, giver=holder)


async def remove(work: UnitOfWork, order_id: str) -> None:
    work.remove(await work.get(Order, order_id))


async def holders(store: Store) -> list[str]:
    return [each["_id"] for each in await store.collection("orders").find({"_claims": ADA}).to_list()]


async def test_a_claim_and_its_record_are_one_plain_write(faulty_store: Store, faults: Faults) -> None:
    async with faults.failing("commitTransaction", how={"errorCode": 8000}):
        made = await faulty_store.run(open_order, Context())

    assert await holders(faulty_store) == [made]


async def test_of_two_at_once_the_second_decides_again(store: Store) -> None:
    both_have_looked = asyncio.Barrier(2)

    async def rival(work: UnitOfWork) -> tuple[int, str]:
        made = await open_order(work)
        if work.attempt == 1:
            await both_have_looked.wait()
        return work.attempt, made

    first, second = sorted(await asyncio.gather(store.run(rival, Context()), store.run(rival, Context())))

    assert (first[0], second[0]) == (1, 2)
    assert await holders(store) == [second[1]]


async def test_given_a_giver_that_has_changed_since_then_the_command_decides_again(store: Store) -> None:
    first = await store.run(open_order, Context())

    async def note(work: UnitOfWork) -> None:
        work.save((await work.get(Order, first)).evolve(note="still wanted"))

    async def overtaken(work: UnitOfWork) -> int:
        await open_order(work)
        if work.attempt == 1:
            await store.run(note, Context())
        return work.attempt

    assert await store.run(overtaken, Context()) == 2


@pytest.mark.parametrize("again", ["the holder", "another"])
async def test_given_a_claim_taken_while_a_record_comes_back_then_that_decides_again(store: Store, again: str) -> None:
    first = await store.run(open_order, Context())
    second = await store.run(open_order, Context())
    returning = second if again == "the holder" else first
    await store.run(lambda work: remove(work, returning), Context())

    async def overtaken(work: UnitOfWork) -> int:
        await reopen(work, returning)
        if work.attempt == 1:
            await store.run(open_order, Context())
        return work.attempt

    assert await store.run(overtaken, Context()) == 2
    assert await holders(store) == [returning]


async def test_the_holder_is_found_by_an_index(store: Store) -> None:
    plan = await store.explain("orders", {"_claims": ADA}, [])

    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
