import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from libs.store.clock import utc_now
from libs.store.store import Store
from services.identity.attempts.model import FIRST_WAIT, Subject, TooManyAttempts
from services.identity.attempts.store import COLLECTION, INDEXES, absolve, count, forgive
from tests.support.waiting import PATIENCE

ADA = Subject.user("ada")


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service="identity", indexes=INDEXES, seconds=PATIENCE)
    yield store
    await store.close()


async def failures(store: Store) -> int:
    row = await store.collection(COLLECTION).find_one({"_id": ADA.key})
    return int(row["failures"]) if row else 0


async def test_tries_counted_at_the_same_time_are_all_counted(store: Store) -> None:
    now = utc_now()
    tries = await asyncio.gather(*(count(store, [ADA], at=now) for _ in range(12)), return_exceptions=True)

    assert [type(each) for each in tries].count(TooManyAttempts) == 12 - ADA.free
    assert await failures(store) == ADA.free


async def test_a_try_can_be_taken_back_alone_or_with_all_before(store: Store) -> None:
    for _ in range(4):
        await count(store, [ADA], at=utc_now())

    await forgive(store, ADA)
    assert await failures(store) == 3
    await absolve(store, ADA)
    assert await failures(store) == 0


async def test_the_wait_is_kept_until_it_is_over(store: Store) -> None:
    now = utc_now()
    for _ in range(ADA.free):
        await count(store, [ADA], at=now)

    with pytest.raises(TooManyAttempts):
        await count(store, [ADA], at=now + FIRST_WAIT - timedelta(seconds=1))
    await count(store, [ADA], at=now + FIRST_WAIT)


async def test_what_was_typed_as_a_username_is_not_kept(store: Store) -> None:
    await count(store, [Subject.user("my secret password")], at=utc_now())

    row = await store.collection(COLLECTION).find_one({})
    assert "secret" not in str(row)


async def test_counts_go_by_themselves(store: Store) -> None:
    indexes = await store.collection(COLLECTION).index_information()

    assert [index["expireAfterSeconds"] for index in indexes.values() if "expireAfterSeconds" in index] == [3600]
