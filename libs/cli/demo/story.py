"""One customer's story, told while it happens."""

import random
from itertools import islice
from typing import Any, Final

from rich.console import Console

from libs.cli.client import Api
from libs.cli.demo.funnel import settled, show
from libs.cli.demo.narrator import Narrator
from libs.cli.demo.people import Person, people
from libs.cli.demo.sale import Sale
from libs.store.ids import new_id

_COMPANIES: Final = ("Atelier Azul", "Padaria do Bairro", "Rio Verde Turismo", "Casa das Redes", "Oficina Central")
_ANSWERS: Final = ("interested", "interested", "not_interested")
_SHOWN: Final = 8
"""Entries of a timeline."""


class Story:
    """Tells and does, step by step, from a campaign to a paid sale."""

    def __init__(self, api: Api, console: Console) -> None:
        self._api = api
        self._console = console
        self._narrator = Narrator(api, console)

    async def play(self, audience: int = 12) -> dict[str, Any]:
        """The invoice that is paid last."""
        campaign = await self._campaign()
        somebody = list(islice(people(seed=random.SystemRandom().randrange(10**6)), audience))
        answers = [_ANSWERS[number % len(_ANSWERS)] for number in range(audience)]
        for number, (person, answer) in enumerate(zip(somebody, answers, strict=True)):
            await self._respond(campaign["id"], person, answer, _COMPANIES[number % 5] if number % 2 == 0 else None)
        self._narrator.tell(f"{audience} people are called; {answers.count('interested')} of them are interested.")
        invoice = await self._customer(campaign["id"], somebody[0])
        funnel = await settled(self._api, campaign["id"], responses=audience + 1, leads=answers.count("interested"))
        show(self._console, funnel)
        return invoice

    async def _campaign(self) -> Any:
        campaign = await self._api.post("/api/v1/campaigns", {"name": "Spring offer", "channels": ["phone_call"]})
        for step in ("make_ready", "launch"):
            await self._api.post(f"/api/v1/campaigns/{campaign['id']}/{step}")
        self._narrator.tell(f"Marketing launches the campaign [bold]{campaign['name']}[/].")
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

    async def _customer(self, campaign_id: str, person: Person) -> dict[str, Any]:
        tell = self._narrator.tell
        lead = await self._lead(person)
        tell(f"The answer of [bold]{person.name}[/] has become a lead, by an event: nobody typed it.")
        await self._respond(campaign_id, person, "interested", _COMPANIES[0])
        await self._narrator.eventually(f"/api/v1/leads/{lead['id']}", lambda known: len(known["response_ids"]) > 1)
        tell(f"{person.name} answers once more; the open lead takes it in, there is no second one.")
        opportunity = (await self._api.post(f"/api/v1/leads/{lead['id']}/qualify", {}))["opportunity"]
        tell(f"Sales qualifies the lead; the opportunity “[bold]{opportunity['name']}[/]” is open.")
        invoice = await Sale(self._narrator, opportunity["id"], person.name).play()
        await self._case(invoice["customer"])
        await self._timeline("lead", f"leads/{lead['id']}", until=("sales.opportunity.won", opportunity["id"]))
        customer = f"{invoice['customer']['collection']}/{invoice['customer']['id']}"
        await self._timeline("customer", customer, until=("sales.invoice.paid", invoice["id"]))
        return invoice

    async def _lead(self, person: Person) -> Any:
        found = await self._narrator.eventually(
            "/api/v1/leads", lambda answer: answer["value"], **{"$filter": f"email eq '{person.email}'"}
        )
        return found["value"][0]

    async def _case(self, customer: dict[str, Any]) -> None:
        reference = {"collection": customer["collection"], "id": customer["id"]}
        case = await self._api.post(
            "/api/v1/cases", {"title": "How does a terminal move to another shop?", "customer": reference}
        )
        await self._api.post(
            f"/api/v1/cases/{case['id']}/resolve", {"resolution": "It is plugged in there, and signs in by itself."}
        )
        self._narrator.tell(
            f"The customer has a question; service opens case [bold]{case['number']}[/] and resolves it."
        )

    async def _timeline(self, whose: str, subject: str, *, until: tuple[str, str]) -> None:
        """The newest of it but for plain changes, once the last is there."""
        answer = await self._narrator.eventually(
            f"/api/v1/timeline/{subject}",
            lambda timeline: until in {(entry["type"], entry["subject"]["id"]) for entry in timeline["value"]},
        )
        entries = [entry for entry in answer["value"] if not entry["type"].endswith(".updated")]
        self._narrator.tell(f"The {whose}'s timeline, newest first:")
        for entry in entries[:_SHOWN]:
            at = entry["at"][:19].replace("T", " ")
            self._console.print(f"      {at}  {entry['title']}", highlight=False)
        if len(entries) > _SHOWN:
            self._console.print(f"      … and {len(entries) - _SHOWN} more", highlight=False)
