"""Many at once on one thing, in two copies of sales."""

import asyncio
from uuid import uuid4

from tests.faults.ledger import Ledger, Outcome, Record
from tests.faults.scene import Scene

WRITERS = 20
CHANGES = 5


def somebody() -> Record:
    name = uuid4().hex
    return {"first_name": "Ada", "last_name": name[:12], "email": f"{name}@example.org"}


async def made(ledger: Ledger, path: str, body: Record) -> Record:
    entry = await ledger.ask("POST", path, body)
    assert entry.outcome is Outcome.OK, entry
    assert entry.answer is not None
    record: Record = entry.answer.body
    return record


async def test_answers_of_one_person_at_the_same_moment_make_one_lead(scene: Scene) -> None:
    ledger = scene.ledger()
    campaign = await made(ledger, "campaigns", {"name": f"Campaign {uuid4().hex}"})
    people = [somebody() for _ in range(20)]

    async def answer(person: Record) -> None:
        response = {"type": "campaign_response", "campaign_id": campaign["id"], "response": "interested"}
        await made(ledger, "activities", response | {"subject": f"Response {uuid4().hex}", "customer": person})

    await asyncio.gather(*(answer(person) for person in people for _ in range(6)))

    evidence = await scene.holds(ledger)
    leads = {lead["email"]: lead["response_ids"] for lead in evidence.in_collection("leads") if "email" in lead}
    assert [len(leads[person["email"]]) for person in people] == [6] * len(people)


async def test_two_sales_to_one_person_won_at_the_same_moment_make_one_customer(scene: Scene) -> None:
    ledger = scene.ledger()

    async def sold_twice(person: Record) -> None:
        leads = [await made(ledger, "leads", person | {"topic": f"Lead {uuid4().hex}"}) for _ in range(2)]
        sales = [await made(ledger, f"leads/{lead['id']}/qualify", {}) for lead in leads]
        won = (made(ledger, f"opportunities/{sale['opportunity']['id']}/win", {}) for sale in sales)
        await asyncio.gather(*won)

    await asyncio.gather(*(sold_twice(somebody() | {"company_name": f"Company {uuid4().hex}"}) for _ in range(15)))

    await scene.holds(ledger)


async def test_twenty_writers_on_one_record_lose_no_write(scene: Scene) -> None:
    ledger = scene.ledger()
    lead = await made(ledger, "leads", somebody() | {"topic": f"Lead {uuid4().hex}"})

    async def write(number: int) -> None:
        for change in range(CHANGES):
            await ledger.ask("PATCH", f"leads/{lead['id']}", {"description": f"{number} {change}"})

    await asyncio.gather(*(write(number) for number in range(WRITERS)))

    assert [str(entry) for entry in ledger.entries if entry.outcome is not Outcome.OK] == []
    evidence = await scene.holds(ledger)
    assert evidence.records[f"leads/{lead['id']}"]["version"] == 1 + WRITERS * CHANGES
