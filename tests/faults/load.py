"""People at work: writes of every kind through the gateway, some of them about the same person at the same moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from tests.faults.ledger import Entry, Ledger, Outcome, Record
from tests.support.waiting import eventually

CLERKS: Final = 16
PER_SECOND: Final = 40.0
"""As much as two cores do with room for the fault; a clerk that is not answered waits, so an outage slows the load."""

ANSWERS_OF_ONE: Final = 3
"""How many answers to campaigns a person gives, on average."""


@dataclass(slots=True)
class Crowd:
    """Those who answer the campaign; clerks meet them at random, so the same one at once too."""

    campaign_id: str
    people: list[Record] = field(default_factory=list)

    def somebody(self, chance: random.Random) -> Record:
        if not self.people or chance.random() < 1 / ANSWERS_OF_ONE:
            name = uuid4().hex
            company = {"company_name": f"Company {name[:8]}"} if chance.random() < 0.5 else {}
            person = {"first_name": "Ada", "last_name": name[:12], "email": f"{name}@example.org", **company}
            self.people.append(person)
        return chance.choice(self.people[-20:])


class Clerk:
    """Somebody who works on records of their own, one after the other, and notes every answer."""

    def __init__(self, ledger: Ledger, crowd: Crowd, chance: random.Random) -> None:
        self._ledger = ledger
        self._crowd = crowd
        self._chance = chance
        self._leads: list[Record] = []
        self._removed: list[Record] = []
        self._accounts: list[Record] = []

    async def work(self) -> None:
        steps: tuple[tuple[Callable[[], Awaitable[object]], int], ...] = (
            (self._take_response, 10),
            (self._type_lead, 4),
            (self._change_lead, 5),
            (self._sell, 2),
            (self._remove_lead, 2),
            (self._restore_lead, 1),
            (self._open_case, 2),
        )
        step = self._chance.choices([step for step, _ in steps], [weight for _, weight in steps])[0]
        await step()

    async def _take_response(self) -> None:
        await self._ledger.ask(
            "POST",
            "activities",
            {
                "type": "campaign_response",
                "subject": f"Response {uuid4().hex}",
                "campaign_id": self._crowd.campaign_id,
                "channel": "phone_call",
                "response": "interested",
                "customer": self._crowd.somebody(self._chance),
            },
        )

    async def _type_lead(self) -> None:
        name = uuid4().hex
        lead = {"topic": f"Lead {name}", "last_name": name[:12], "email": f"{name}@example.org"}
        self._remember(self._leads, await self._ledger.ask("POST", "leads", lead))

    async def _change_lead(self) -> None:
        if lead := self._take(self._leads):
            rating = self._chance.choice(("hot", "warm", "cold"))
            changed = await self._ledger.ask(
                "PATCH", f"leads/{lead['id']}", {"rating": rating, "description": "Called"}
            )
            self._remember(self._leads, changed)

    async def _sell(self) -> None:
        if lead := self._take(self._leads):
            qualified = await self._ledger.ask("POST", f"leads/{lead['id']}/qualify", {})
            if qualified.outcome is Outcome.OK and qualified.answer is not None:
                opportunity = qualified.answer.body["opportunity"]
                await self._ledger.ask("POST", f"opportunities/{opportunity['id']}/win", {"actual_value": 100})

    async def _remove_lead(self) -> None:
        if lead := self._take(self._leads):
            removed = await self._ledger.ask("DELETE", f"leads/{lead['id']}")
            if removed.outcome is Outcome.OK:
                self._removed.append(lead)

    async def _restore_lead(self) -> None:
        if lead := self._take(self._removed):
            self._remember(self._leads, await self._ledger.ask("POST", f"leads/{lead['id']}/restore"))

    async def _open_case(self) -> None:
        account = self._take(self._accounts)
        if account is None:
            created = await self._ledger.ask("POST", "accounts", {"name": f"Account {uuid4().hex}"})
            self._remember(self._accounts, created)
            return
        customer = {"collection": "accounts", "id": account["id"]}
        await self._ledger.ask("POST", "cases", {"title": f"Case {uuid4().hex}", "customer": customer})

    def _remember(self, records: list[Record], entry: Entry) -> None:
        """A record whose last write has no clear outcome is left alone: its next version is not known."""
        if entry.outcome is Outcome.OK and entry.answer is not None:
            records.append(entry.answer.body)

    def _take(self, records: list[Record]) -> Record | None:
        return records.pop(self._chance.randrange(len(records))) if records else None


class Load:
    """What runs beside a fault. `crowd` is known once the load has begun; `per_second` may change meanwhile."""

    def __init__(self, ledger: Ledger, crowd: Crowd, per_second: float) -> None:
        self.ledger = ledger
        self.crowd = crowd
        self.per_second = per_second

    async def goes_on(self, answers: int = 40, *, within: float = 60.0) -> None:
        """Waits until as many more requests have been done as this."""
        enough = len(self.ledger.of(Outcome.OK)) + answers

        async def reached() -> bool:
            return len(self.ledger.of(Outcome.OK)) >= enough

        await eventually(reached, within=within)


@asynccontextmanager
async def load(ledger: Ledger, *, per_second: float = PER_SECOND, seed: int = 1) -> AsyncIterator[Load]:
    """Clerks work as long as the block runs; at its end each finishes what it is at."""
    opened = await ledger.ask("POST", "campaigns", {"name": f"Campaign {uuid4().hex}"})
    assert opened.outcome is Outcome.OK, opened
    assert opened.answer is not None
    crowd = Crowd(opened.answer.body["id"])
    work = Load(ledger, crowd, per_second)
    over = asyncio.Event()

    async def keep_working(clerk: Clerk, chance: random.Random) -> None:
        while not over.is_set():
            started = asyncio.get_running_loop().time()
            await clerk.work()
            pause = chance.uniform(0.5, 1.5) * CLERKS / work.per_second
            rest = pause - (asyncio.get_running_loop().time() - started)
            await asyncio.sleep(max(0.0, rest))

    async with asyncio.TaskGroup() as clerks:
        for number in range(CLERKS):
            chance = random.Random(f"{seed} {number}")
            clerks.create_task(keep_working(Clerk(ledger, crowd, chance), chance))
        try:
            yield work
        finally:
            over.set()
