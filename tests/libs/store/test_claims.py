"""What there may be only one of is claimed in the commit that makes it."""

from __future__ import annotations

import asyncio

from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, order


async def one_order_for(work: UnitOfWork, customer: str) -> str:
    """The customer's order: the one there is, else a new one."""
    if (holder := await work.claimed_by("open_order", customer)) is not None:
        return holder
    added = work.add(order(customer))
    work.take_claim("open_order", customer, added.id)
    return added.id


async def test_given_two_rivals_at_once_then_one_record_comes_into_being_and_both_know_it(store: Store) -> None:
    both_have_looked = asyncio.Barrier(2)

    async def rival(work: UnitOfWork) -> str:
        made = await one_order_for(work, "ada@example.org")
        if work.attempt == 1:
            await both_have_looked.wait()
        return made

    first, second = await asyncio.gather(store.run(rival, Context()), store.run(rival, Context()))

    assert first == second
    assert [each["_id"] for each in await store.collection("orders").find({}).to_list(None)] == [first]


async def test_given_many_rivals_for_few_keys_then_one_record_for_each(store: Store) -> None:
    async def order_for(customer: str) -> str:
        return await store.run(lambda work: one_order_for(work, customer), Context())

    customers = [f"customer {number % 4}" for number in range(32)]
    made = await asyncio.gather(*map(order_for, customers))

    assert len(set(zip(customers, made, strict=True))) == 4
    assert await store.collection("orders").count_documents({}) == 4


async def test_given_a_claim_passed_on_since_it_was_read_then_the_command_decides_again(store: Store) -> None:
    first = await store.run(lambda work: one_order_for(work, "ada"), Context())

    async def confirm(work: UnitOfWork) -> None:
        work.pass_claim("open_order", "ada", giver=await work.claimed_by("open_order", "ada"), taker=first)

    async def overtaken(work: UnitOfWork) -> int:
        await confirm(work)
        if work.attempt == 1:
            await store.run(confirm, Context())
        return work.attempt

    assert await store.run(overtaken, Context()) == 2


async def test_given_a_turn_then_the_command_decides_on_what_is_there_by_then(store: Store) -> None:
    made = await store.run(lambda work: one_order_for(work, "ada"), Context())

    async def rename(work: UnitOfWork) -> None:
        work.save((await work.get(Order, made)).evolve(customer="eva"))

    async def overtaken_before_its_turn(work: UnitOfWork) -> tuple[int, str]:
        await work.get(Order, made)
        if work.attempt == 1:
            await store.run(rename, Context())
        await work.take_turn("deciding", "orders")
        (current,) = await work.find(Order, {"_id": made})
        assert current == await work.get(Order, made)
        work.save(current.evolve(note="decided"))
        return work.attempt, current.customer

    assert await store.run(overtaken_before_its_turn, Context()) == (2, "eva")
