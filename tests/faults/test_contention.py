"""Many at once on one thing, in two copies of sales."""

import asyncio
from collections import Counter
from uuid import uuid4

from tests.faults.evidence import Document, Evidence
from tests.faults.ledger import Ledger, Outcome, Record
from tests.faults.scene import Scene

WRITERS = 20
CLIENTS = 20
CHANGES = 5
ONE_OF_ALL = {200: 1, 409: CLIENTS - 1}


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


async def test_clients_who_sell_the_same_at_the_same_moment_sell_it_once(scene: Scene) -> None:
    ledger, person = scene.ledger(), somebody() | {"company_name": f"Company {uuid4().hex}"}
    offered, closed = [await opened(ledger, person) for _ in range(2)]
    line = {"description": "Advice", "quantity": 2, "unit_price": 50}
    quote = await made(ledger, "quotes", {"name": uuid4().hex, "opportunity_id": offered["id"], "lines": [line]})
    await made(ledger, f"quotes/{quote['id']}/activate", {})

    paths = [f"quotes/{quote['id']}/accept", f"opportunities/{closed['id']}/win"]
    answers = await asyncio.gather(*(answered(scene, path) for path in paths * CLIENTS))

    assert Counter(answers) == {(path, status): count for path in paths for status, count in ONE_OF_ALL.items()}
    evidence = await scene.holds(ledger)
    assert [each["net_amount"].to_decimal() for each in of_quote(evidence, quote)] == [100]
    won = [evidence.records[f"opportunities/{each['id']}"] for each in (offered, closed)]
    assert [each["state"] for each in won] == ["won", "won"]
    assert won[0]["customer"]["id"] == won[1]["customer"]["id"]


async def test_clients_who_issue_invoices_at_the_same_moment_leave_no_gap_in_their_numbers(scene: Scene) -> None:
    ledger = scene.ledger()
    account = await made(ledger, "accounts", {"name": uuid4().hex})
    line = {"description": "Advice", "quantity": 1, "unit_price": 50}
    body = {"customer": {"collection": "accounts", "id": account["id"]}, "lines": [line]}
    drafts = [await made(ledger, "invoices", body | {"name": uuid4().hex}) for _ in range(CLIENTS // 2)]

    paths = [f"invoices/{draft['id']}/issue" for draft in drafts]
    answers = await asyncio.gather(*(answered(scene, path) for path in paths * 2))

    assert Counter(answers) == {(path, status): 1 for path in paths for status in (200, 409)}
    evidence = await scene.holds(ledger)
    counts = sorted(int(each["number"].rpartition("-")[2]) for each in evidence.in_collection("invoices"))
    assert counts == list(range(1, len(drafts) + 1))


async def opened(ledger: Ledger, person: Record) -> Record:
    """An opportunity of the person."""
    lead = await made(ledger, "leads", person | {"topic": f"Lead {uuid4().hex}"})
    opportunity: Record = (await made(ledger, f"leads/{lead['id']}/qualify", {}))["opportunity"]
    return opportunity


async def answered(scene: Scene, path: str) -> tuple[str, int]:
    """Asked beside the ledger, which holds it against the load if a rule refuses something."""
    return path, (await scene.caller.ask("POST", path, {})).status


def of_quote(evidence: Evidence, quote: Record) -> list[Document]:
    return [order for order in evidence.in_collection("orders") if order.get("quote_id") == quote["id"]]


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
