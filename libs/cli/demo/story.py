"""One customer's story, told while it happens."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, Final

from rich.console import Console

from libs.cli.client import Api
from libs.cli.demo.funnel import settled, show
from libs.cli.demo.people import Person, people
from libs.cli.trouble import Trouble
from libs.store.ids import new_id

_COMPANIES: Final = ("Atelier Azul", "Padaria do Bairro", "Rio Verde Turismo", "Casa das Redes", "Oficina Central")
_ANSWERS: Final = ("interested", "interested", "not_interested")
_WITHIN: Final = 30.0


class Story:
    """Tells and does, step by step; each effect is waited for, as it is brought about by events."""

    def __init__(self, api: Api, console: Console) -> None:
        self._api = api
        self._console = console
        self._steps = 0

    def tell(self, sentence: str) -> None:
        self._steps += 1
        self._console.print(f"[bold cyan]{self._steps:>2}[/] {sentence}")

    async def play(self, audience: int = 12) -> None:
        campaign = await self._campaign()
        somebody = list(islice(people(seed=random.SystemRandom().randrange(10**6)), audience))
        answers = [_ANSWERS[number % len(_ANSWERS)] for number in range(audience)]
        for number, (person, answer) in enumerate(zip(somebody, answers, strict=True)):
            await self._respond(campaign["id"], person, answer, _COMPANIES[number % 5] if number % 2 == 0 else None)
        self.tell(f"{audience} people are called; {answers.count('interested')} of them are interested.")
        await self._customer(campaign["id"], somebody[0])
        funnel = await settled(self._api, campaign["id"], responses=audience + 1, leads=answers.count("interested"))
        show(self._console, funnel)

    async def _campaign(self) -> Any:
        campaign = await self._api.post("/api/v1/campaigns", {"name": "Spring offer", "channels": ["phone_call"]})
        for step in ("make_ready", "launch"):
            await self._api.post(f"/api/v1/campaigns/{campaign['id']}/{step}")
        self.tell(f"Marketing launches the campaign [bold]{campaign['name']}[/].")
        return campaign

    async def _respond(self, campaign_id: str, person: Person, answer: str, company: str | None) -> None:
        customer = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
            "company_name": company,
        }
        body = {
            "type": "campaign_response",
            "subject": f"{person.name} answers the spring offer",
            "campaign_id": campaign_id,
            "channel": "phone_call",
            "response": answer,
            "customer": customer,
        }
        await self._api.post("/api/v1/activities", body, key=new_id())

    async def _customer(self, campaign_id: str, person: Person) -> None:
        lead = await self._lead(person)
        self.tell(f"The answer of [bold]{person.name}[/] has become a lead, by an event: nobody typed it.")
        await self._respond(campaign_id, person, "interested", _COMPANIES[0])
        await self._eventually(
            lambda: self._api.get(f"/api/v1/leads/{lead['id']}"), lambda answer: len(answer["response_ids"]) > 1
        )
        self.tell(f"{person.name} answers once more; the open lead takes it in, there is no second one.")
        opportunity = (await self._api.post(f"/api/v1/leads/{lead['id']}/qualify", {}))["opportunity"]
        self.tell(f"Sales qualifies the lead; the opportunity [bold]{opportunity['name']}[/] is open.")
        path = f"/api/v1/opportunities/{opportunity['id']}"
        await self._api.post(f"{path}/win", {"actual_value": 1250.00})
        won = await self._eventually(lambda: self._api.get(path), lambda answer: answer["customer"])
        customer = won["customer"]
        self.tell(f"It is won for 1,250.00, and [bold]{customer['name']}[/] is a customer ({customer['collection']}).")
        await self._case(customer)
        await self._timeline(lead["id"])

    async def _lead(self, person: Person) -> Any:
        query = f"email eq '{person.email}'"
        found = await self._eventually(
            lambda: self._api.get("/api/v1/leads", **{"$filter": query}), lambda answer: answer["value"]
        )
        return found["value"][0]

    async def _case(self, customer: dict[str, Any]) -> None:
        reference = {"collection": customer["collection"], "id": customer["id"]}
        case = await self._api.post("/api/v1/cases", {"title": "When is the first invoice due?", "customer": reference})
        await self._api.post(f"/api/v1/cases/{case['id']}/resolve", {"resolution": "On the first of next month."})
        self.tell(f"The customer has a question; service opens case [bold]{case['number']}[/] and resolves it.")

    async def _timeline(self, lead_id: str) -> None:
        answer = await self._eventually(
            lambda: self._api.get(f"/api/v1/timeline/leads/{lead_id}"),
            lambda timeline: any(entry["type"] == "sales.opportunity.won" for entry in timeline["value"]),
        )
        self.tell("The lead's timeline, newest first:")
        for entry in answer["value"]:
            self._console.print(f"      {entry['at'][:19].replace('T', ' ')}  {entry['title']}", highlight=False)

    async def _eventually(self, ask: Callable[[], Awaitable[Any]], there: Callable[[Any], Any]) -> Any:
        deadline = time.monotonic() + _WITHIN
        while time.monotonic() < deadline:
            answer = await ask()
            if there(answer):
                return answer
            await asyncio.sleep(0.1)
        raise Trouble(
            f"An effect was not there after {_WITHIN:.0f} s: look for parked messages with `tandem parked list`"
        )
