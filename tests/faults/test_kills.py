"""Processes die without a word, while people work."""

import asyncio

import pytest
from aiohttp import ClientSession

from tests.faults.ledger import Outcome
from tests.faults.load import load
from tests.faults.scene import Scene
from tests.support.machine import allowing
from tests.support.operations import operations_in

VICTIMS = (("sales", 0), ("activity", 0), ("sales", 1), ("activity", 0), ("sales", 0))
BACK_WITHIN = 10.0
ANSWERED_WITHIN = 15.0
"""Seconds: the database has 5 to answer, a commit whose outcome is unknown is asked for once more."""


async def test_a_killed_service_is_back_and_has_lost_and_doubled_nothing(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        for service, copy in VICTIMS:
            await work.goes_on()
            assert await scene.killed(service, copy) < allowing(BACK_WITHIN)
    await scene.holds(ledger)


async def test_a_killed_broker_holds_up_events_but_no_request(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on()
        await scene.killed("rabbitmq")
        await work.goes_on()
    assert [str(entry) for entry in ledger.entries if entry.outcome is not Outcome.OK] == []
    await scene.holds(ledger)


async def test_a_killed_database_loses_nothing_that_was_answered(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on()
        await scene.killed("mongod")
        await work.goes_on()
    assert max(entry.seconds for entry in ledger.entries) < allowing(ANSWERED_WITHIN)
    await scene.holds(ledger)


@pytest.mark.parametrize("seconds", [8.0, pytest.param(30.0, marks=pytest.mark.full)])
async def test_a_frozen_database_is_answered_for_in_time(scene: Scene, seconds: float) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on()
        with scene.frozen("mongod"):
            await asyncio.sleep(seconds)
        await work.goes_on()
    assert max(entry.seconds for entry in ledger.entries) < allowing(ANSWERED_WITHIN)
    await scene.holds(ledger)


async def test_reads_are_answered_for_while_the_database_is_frozen(scene: Scene) -> None:
    async with ClientSession() as session, session.get(f"{scene.suite.url('gateway')}/openapi.json") as response:
        described = operations_in(await response.json())
    reads = [each for each in described if each.method == "GET" and not each.public]

    with scene.frozen("mongod"):
        answers = await asyncio.gather(*(scene.caller.ask("GET", each.path) for each in reads))

    # Some are answered without the database: a search without words, what a copy in memory does not know.
    statuses = {str(read): answer.status for read, answer in zip(reads, answers, strict=True)}
    assert {read: status for read, status in statuses.items() if status not in {200, 404, 422, 503}} == {}
    assert statuses["GET leads"] == 503
    late = [str(read) for read, answer in zip(reads, answers, strict=True) if answer.code == "answer_too_late"]
    assert late == [], "answered for by the gateway alone"
    await scene.holds(scene.ledger())
