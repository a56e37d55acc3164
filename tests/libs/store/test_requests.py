"""A request with an Idempotency-Key has its effect once; a repeat hears the first answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from libs.store.context import Context
from libs.store.errors import AlreadyAnswered
from libs.store.ids import new_id
from libs.store.requests import KEPT, Answer, KeyReused, RequestKey
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, Parcel, order

KEY = RequestKey.of("ada", "POST /api/v1/orders", "key-1", b'{"customer": "Ada"}')
OTHER_BODY = RequestKey.of("ada", "POST /api/v1/orders", "key-1", b'{"customer": "Bob"}')


def answer_to(added: Order) -> Answer:
    return Answer(201, added.id.encode(), {"ETag": '"1"'})


async def create(store: Store, key: RequestKey, *, at: timedelta = timedelta(), parcels: int = 0) -> Answer:
    """Creates an order; in a transaction where there are `parcels` too."""

    async def command(work: UnitOfWork) -> Answer:
        added = work.add(order())
        for _ in range(parcels):
            work.add(Parcel(id=work.new_id(), order_id=added.id))
        answer = answer_to(added)
        work.remember(key.remembering(answer, work.now + at), within="orders")
        return answer

    return await store.run(command, Context())


async def orders(store: Store) -> int:
    return await store.collection("orders").count_documents({})


@pytest.mark.parametrize("parcels", [0, 1])
async def test_given_the_same_request_again_then_nothing_is_written_and_the_first_answer_stands(
    store: Store, parcels: int
) -> None:
    first = await create(store, KEY, parcels=parcels)

    with pytest.raises(AlreadyAnswered):
        await create(store, KEY, parcels=parcels)

    assert await store.requests.answer(KEY, "orders") == first
    assert await orders(store) == 1


@pytest.mark.parametrize("parcels", [0, 1])
async def test_given_the_same_request_many_times_at_once_then_one_effect(store: Store, parcels: int) -> None:
    results = await asyncio.gather(*(create(store, KEY, parcels=parcels) for _ in range(8)), return_exceptions=True)

    answers = [each for each in results if isinstance(each, Answer)]
    assert len(answers) == 1
    assert all(isinstance(each, AlreadyAnswered) for each in results if each not in answers)
    assert await store.requests.answer(KEY, "orders") == answers[0]
    assert await orders(store) == 1


@pytest.mark.parametrize("parcels", [0, 1])
async def test_given_the_same_key_with_another_body_then_it_is_refused(store: Store, parcels: int) -> None:
    await create(store, KEY, parcels=parcels)

    with pytest.raises(KeyReused) as refused:
        await store.requests.answer(OTHER_BODY, "orders")

    assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "other",
    [
        RequestKey.of("grace", "POST /api/v1/orders", "key-1", b'{"customer": "Ada"}'),
        RequestKey.of("ada", "POST /api/v1/parcels", "key-1", b'{"customer": "Ada"}'),
        RequestKey.of("ada", "POST /api/v1/orders", "key-2", b'{"customer": "Ada"}'),
    ],
)
async def test_given_another_caller_route_or_key_then_it_is_another_request(store: Store, other: RequestKey) -> None:
    await create(store, KEY)

    assert await store.requests.answer(other, "orders") is None
    await create(store, other)
    assert await orders(store) == 2


async def test_given_a_command_that_creates_elsewhere_than_its_route_says_then_its_answer_is_found(
    store: Store,
) -> None:
    """As an action on a lead that makes an order: nobody would look for its answer among the orders."""
    answer = Answer(200, b"{}", {})

    async def act(work: UnitOfWork) -> Answer:
        work.add(order())
        work.remember(KEY.remembering(answer, work.now))
        return answer

    await store.run(act, Context())

    assert await store.requests.answer(KEY, None) == answer
    with pytest.raises(AlreadyAnswered):
        await store.run(act, Context())


async def test_given_a_change_then_its_answer_is_stored_with_it(store: Store) -> None:
    added = order()

    async def first(work: UnitOfWork) -> None:
        work.add(added)

    async def change(work: UnitOfWork) -> None:
        current = await work.get(Order, added.id)
        work.save(current.evolve(number=(current.number or 0) + 1))
        work.remember(KEY.remembering(answer_to(added), work.now))

    await store.run(first, Context())
    await store.run(change, Context())
    with pytest.raises(AlreadyAnswered):
        await store.run(change, Context())

    assert (await store.run(lambda work: work.get(Order, added.id), Context())).number == 1


async def test_given_a_command_that_changes_nothing_then_its_answer_is_remembered_too(store: Store) -> None:
    answer = Answer(200, b"{}", {})

    async def nothing(work: UnitOfWork) -> None:
        work.remember(KEY.remembering(answer, work.now))

    await store.run(nothing, Context())

    assert await store.requests.answer(KEY, None) == answer


@pytest.mark.parametrize("parcels", [0, 1])
async def test_given_a_key_of_yesterday_then_it_may_be_used_again(store: Store, parcels: int) -> None:
    await create(store, KEY, at=-KEPT - timedelta(seconds=1), parcels=parcels)

    assert await store.requests.answer(OTHER_BODY, "orders") is None
    await create(store, OTHER_BODY, parcels=parcels)

    assert await orders(store) == 2


async def test_answers_to_many_requests_are_found_together(store: Store) -> None:
    keys = [KEY.row(number) for number in range(5)]
    written = {key.key: await create(store, key, parcels=number % 2) for number, key in enumerate(keys[:3])}

    assert await store.requests.answers(keys, "orders") == written


async def test_answers_are_found_by_an_index(store: Store) -> None:
    plan = await store.explain("orders", {"_request.key": {"$in": [new_id(), new_id()]}}, [])

    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_answers_are_kept_for_a_day(store: Store) -> None:
    indexes = await store.collection("requests").index_information()

    assert indexes["at_1"]["expireAfterSeconds"] == KEPT.total_seconds()
