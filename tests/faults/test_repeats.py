"""Whatever is sent again has its effect once."""

import asyncio
import random
from collections.abc import Sequence
from uuid import uuid4

import aio_pika
import pytest

from libs.bus.settings import BusSettings
from libs.contracts.envelope import CONTENT_TYPE, Envelope
from libs.jobs.jobs import JOBS
from services.sales.scoring_rules.scoring import RESCORING
from tests.faults.ledger import Entry, Ledger, Outcome
from tests.faults.load import load
from tests.faults.scene import Scene
from tests.support.machine import allowing
from tests.support.waiting import eventually

AT_ONCE = 8
LATEST = 500
"""Events that come again: all that a test has made, and some from before."""

LONGEST = 0.08
"""Seconds after which a client is gone; most answers take less, so that all moments of a request are met."""


@pytest.mark.parametrize("times", [200, pytest.param(2000, marks=pytest.mark.full)])
async def test_a_client_that_hangs_up_and_asks_again_has_asked_once(scene: Scene, times: int) -> None:
    ledger, chance = scene.ledger(), random.Random(times)
    turns = iter(range(times))

    async def ask_twice() -> None:
        for _ in turns:
            topic = {"topic": f"Lead {uuid4().hex}", "last_name": "Lovelace"}
            lead = await cut_and_repeated(ledger, chance, "leads", topic)
            if chance.random() < 0.5 and lead.answer is not None:
                await cut_and_repeated(ledger, chance, f"leads/{lead.answer.body['id']}/qualify", {})

    await asyncio.gather(*(ask_twice() for _ in range(AT_ONCE)))

    assert [str(entry) for entry in ledger.entries if entry.outcome is not Outcome.OK] == []
    evidence = await scene.holds(ledger)
    opportunities = {each["lead_id"] for each in evidence.in_collection("opportunities")}
    qualified = {lead["_id"] for lead in evidence.in_collection("leads") if lead["state"] == "qualified"}
    assert qualified <= opportunities


async def cut_and_repeated(ledger: Ledger, chance: random.Random, path: str, body: dict[str, str]) -> Entry:
    entry = await ledger.ask_and_hang_up("POST", path, body, after=chance.uniform(0, LONGEST))
    return await ledger.repeat(entry)


async def test_events_that_come_three_times_and_in_any_order_change_nothing(scene: Scene) -> None:
    ledger = scene.ledger()
    async with load(ledger) as work:
        await work.goes_on(200)
    await all_are_scored(scene)
    before = await scene.holds(ledger)
    events = list(before.events)[-LATEST:] * 3
    random.Random(3).shuffle(events)

    await announced(scene.suite.nodes.broker.url(), events)

    after = await scene.holds(ledger)
    assert after.records == before.records
    assert after.rows == before.rows
    assert len(after.events) == len(before.events)


async def test_merges_that_come_three_times_and_in_any_order_lead_to_the_same_place(scene: Scene) -> None:
    ledger = scene.ledger()
    chains = [[await account(ledger) for _ in range(3)] for _ in range(6)]
    deals = [[await opportunity(ledger, customer) for customer in chain] for chain in chains]
    for number, (first, second, third) in enumerate(chains):
        await ledger.ask("POST", f"accounts/{second}/merge", {"duplicates": [first]})
        await ledger.ask("POST", f"accounts/{third}/merge", {"duplicates": [second]})
        if number % 2:
            await ledger.ask("POST", f"accounts/{third}/unmerge", {"duplicate": second})
    await all_are_scored(scene)
    before = await scene.holds(ledger)
    events = list(before.events)[-LATEST:] * 3
    random.Random(5).shuffle(events)

    await announced(scene.suite.nodes.broker.url(), events)

    after = await scene.holds(ledger)
    assert after.records == before.records
    for number, (chain, made) in enumerate(zip(chains, deals, strict=True)):
        _, second, third = chain
        customers = [after.records[f"opportunities/{each}"]["customer"]["id"] for each in made]
        assert customers == ([second, second, third] if number % 2 else [third] * 3)


async def all_are_scored(scene: Scene) -> None:
    """Leads from the first moments of the suite, too: they get their score a minute later, by no event of theirs."""
    jobs = scene.databases.collection("sales", JOBS)

    async def nobody_scores() -> bool:
        return not await jobs.count_documents({"kind": RESCORING.name, "free_at": {"$type": "date"}})

    await eventually(nobody_scores, within=allowing(90))


async def account(ledger: Ledger) -> str:
    entry = await ledger.ask("POST", "accounts", {"name": f"Account {uuid4().hex}"})
    assert entry.answer is not None
    return str(entry.answer.body["id"])


async def opportunity(ledger: Ledger, customer: str) -> str:
    body = {"name": f"Card {uuid4().hex}", "customer": {"collection": "accounts", "id": customer}}
    entry = await ledger.ask("POST", "opportunities", body)
    assert entry.answer is not None
    return str(entry.answer.body["id"])


async def announced(amqp_url: str, events: Sequence[Envelope]) -> None:
    """Puts events on the exchange again, one by one."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(BusSettings().exchange)
        for event in events:
            message = aio_pika.Message(event.to_json(), content_type=CONTENT_TYPE, message_id=event.id)
            await exchange.publish(message, routing_key=event.type)
