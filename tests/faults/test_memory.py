"""Memory stays flat, whether people work or somebody does not listen."""

from collections.abc import Iterator

import pytest

from tests.faults.ledger import Ledger, Outcome
from tests.faults.load import load
from tests.faults.memory import grown, resident
from tests.faults.scene import Scene
from tests.support.machine import allowing
from tests.support.waiting import eventually

MOST_GROWN = 12.0
"""MiB between two rounds of work. What a process learns in the first it holds in the second."""

ROUND = 400
EVENTS_TAKE = 5.0


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.full)])
async def test_work_leaves_nothing_behind_in_memory(scene: Scene, rounds: int) -> None:
    ledger = scene.ledger()
    async with load(ledger, per_second=200) as work:
        await work.goes_on(ROUND)
        before = resident(scene.suite)
        await work.goes_on(rounds * ROUND, within=60.0 * rounds)
        after = resident(scene.suite)
    assert {name: more for name, more in grown(before, after).items() if more > MOST_GROWN} == {}
    await scene.holds(ledger)


async def test_whoever_does_not_listen_holds_up_nobody_else(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger, per_second=80) as work:
        await work.goes_on(60)
        before = resident(scene.suite)
        with scene.frozen("reporting"):
            await work.goes_on(300)
            answered = list(responses_in(ledger))
            await eventually(lambda: are_leads(scene, answered), within=allowing(EVENTS_TAKE))
        after = resident(scene.suite)
    assert {name: more for name, more in grown(before, after).items() if more > MOST_GROWN} == {}
    await scene.holds(ledger)


def responses_in(ledger: Ledger) -> Iterator[str]:
    """The ids of the responses that were taken so far."""
    for entry in ledger.of(Outcome.OK):
        if entry.path == "activities" and entry.answer is not None:
            yield entry.answer.body["id"]


async def are_leads(scene: Scene, responses: list[str]) -> bool:
    leads = scene.databases.collection("sales", "leads")
    known = await leads.distinct("response_ids", {"response_ids": {"$in": responses}})
    return set(responses) <= set(known)
