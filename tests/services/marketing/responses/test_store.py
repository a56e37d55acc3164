"""Response counts hold whatever is delivered twice, late or out of order."""

import random
from collections.abc import AsyncIterator

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING
from libs.store.store import Store
from services.marketing.responses.store import counts, keep_rows
from tests.support.events import envelope
from tests.support.waiting import PATIENCE


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service="marketing", seconds=PATIENCE)
    yield store
    await store.close()


def response(id_: str, answer: str, *, sequence: int = 1, verb: str = "created") -> Envelope:
    record = {"id": id_, "campaign_id": "c1", "response": answer, "channel": "phone_call"}
    return envelope(f"activity.campaign_response.{verb}", "activities", record, sequence=sequence)


async def test_responses_are_counted_by_what_was_answered(store: Store) -> None:
    await keep_rows(store, [response("1", "interested"), response("2", "not_interested"), response("3", "interested")])

    assert await counts(store, "c1", EVERYTHING) == {
        "campaign_id": "c1",
        "total": 3,
        "by_response": {"interested": 2, "not_interested": 1},
        "by_channel": {"phone_call": 3},
    }


@pytest.mark.parametrize("seed", range(10))
async def test_order_and_repetition_do_not_matter(store: Store, seed: int) -> None:
    history = [
        response("1", "not_interested"),
        response("1", "interested", sequence=2, verb="updated"),
        response("2", "interested"),
        response("2", "interested", sequence=2, verb="deleted"),
        response("3", "interested", sequence=2, verb="deleted"),
        response("3", "not_interested", sequence=3, verb="restored"),
    ]
    deliveries = history * 3
    random.Random(seed).shuffle(deliveries)

    for start in range(0, len(deliveries), 3):
        await keep_rows(store, deliveries[start : start + 3])

    assert (await counts(store, "c1", EVERYTHING))["by_response"] == {"interested": 1, "not_interested": 1}
