"""The steps that stories are made of, each as a front end would take it."""

from typing import Any
from uuid import uuid4

from tests.support.calling import Caller
from tests.support.waiting import eventually

SOON = 60.0
"""Seconds: what one service announces the others know within milliseconds, but the tests share their machine."""

Record = dict[str, Any]


async def plan_campaign(caller: Caller) -> Record:
    campaign: Record = await caller.post("campaigns", {"name": f"Spring {uuid4().hex[:8]}"})
    return campaign


async def respond(caller: Caller, campaign: Record, person: Record, response: str = "interested") -> Record:
    """A person's answer to a campaign, on the phone."""
    activity: Record = await caller.post(
        "activities",
        {
            "type": "campaign_response",
            "subject": "Asked about the spring offer",
            "campaign_id": campaign["id"],
            "channel": "phone_call",
            "response": response,
            "customer": person,
        },
    )
    return activity


async def leads_of(caller: Caller, person: Record) -> list[Record]:
    return await caller.find("leads", f"email eq '{person['email']}'")


async def lead_of(caller: Caller, response: Record) -> Record:
    """The lead that a response makes, or joins."""

    async def look() -> Record | None:
        known = await leads_of(caller, response["customer"])
        return next((lead for lead in known if response["id"] in lead["response_ids"]), None)

    return await eventually(look, within=SOON)


async def conversion_of(caller: Caller, response: Record) -> Record:
    """What a response has become, as it says itself."""
    return await _answer_of(caller, response, "converted_to")


async def refusal_of(caller: Caller, response: Record) -> Record:
    """Why a response has become nothing, as it says itself."""
    return await _answer_of(caller, response, "conversion_refused")


async def _answer_of(caller: Caller, response: Record, field: str) -> Record:
    async def look() -> Record | None:
        known: Record = await caller.get(f"activities/{response['id']}")
        answer: Record | None = known[field]
        return answer

    return await eventually(look, within=SOON)


async def interest(caller: Caller, person: Record) -> Record:
    """The lead of a person who is interested in a campaign of their own."""
    return await lead_of(caller, await respond(caller, await plan_campaign(caller), person))


async def win(caller: Caller, lead: Record) -> Record:
    """The won opportunity of a lead, once its customer is known."""
    qualified = await caller.post(f"leads/{lead['id']}/qualify", {})
    opportunity = qualified["opportunity"]
    await caller.post(f"opportunities/{opportunity['id']}/win", {"actual_value": 1000})
    return await with_customer(caller, opportunity)


async def with_customer(caller: Caller, opportunity: Record) -> Record:
    async def look() -> Record | None:
        known: Record = await caller.get(f"opportunities/{opportunity['id']}")
        return known if known["customer"] else None

    return await eventually(look, within=SOON)


async def buyer(caller: Caller, person: Record) -> Record:
    """The customer, as the opportunity names it, that a person has become by buying."""
    customer: Record = (await win(caller, await interest(caller, person)))["customer"]
    return customer
