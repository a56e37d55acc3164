"""What follows from answers to campaigns, each time once: leads, other records, and that somebody is left alone."""

from typing import Any

import pytest

from tests.flows.people import somebody, somebody_at_a_company
from tests.flows.stories import SOON, conversion_of, interest, lead_of, leads_of, plan_campaign, refusal_of, respond
from tests.support.calling import Caller
from tests.support.waiting import eventually


async def test_interest_makes_a_lead_that_knows_its_campaign(admin: Caller) -> None:
    campaign = await plan_campaign(admin)

    lead = await lead_of(admin, await respond(admin, campaign, somebody()))

    assert (lead["state"], lead["source"], lead["source_campaign_id"]) == ("open", "campaign", campaign["id"])


async def test_the_lead_is_the_person_who_answered(admin: Caller) -> None:
    person = somebody_at_a_company()

    lead = await interest(admin, person)

    assert {name: lead[name] for name in person} == person
    assert lead["topic"] == "Asked about the spring offer"


async def test_a_second_answer_joins_the_lead_of_the_first(admin: Caller) -> None:
    campaign, person = await plan_campaign(admin), somebody()
    first = await respond(admin, campaign, person)
    lead = await lead_of(admin, first)

    second = await respond(admin, campaign, person)

    joined = await lead_of(admin, second)
    assert (joined["id"], joined["response_ids"]) == (lead["id"], [first["id"], second["id"]])
    assert len(await leads_of(admin, person)) == 1


async def test_answers_to_two_campaigns_make_one_lead_of_the_first(admin: Caller) -> None:
    spring, person = await plan_campaign(admin), somebody()
    lead = await lead_of(admin, await respond(admin, spring, person))

    joined = await lead_of(admin, await respond(admin, await plan_campaign(admin), person))

    assert (joined["id"], joined["source_campaign_id"]) == (lead["id"], spring["id"])


async def test_no_interest_makes_no_lead_and_joins_none(admin: Caller) -> None:
    campaign, person = await plan_campaign(admin), somebody()
    await respond(admin, campaign, person, "not_interested")

    interested = await respond(admin, campaign, person)

    assert (await lead_of(admin, interested))["response_ids"] == [interested["id"]]
    assert len(await leads_of(admin, person)) == 1


async def test_an_answer_during_the_sale_joins_the_lead_that_is_being_sold_to(admin: Caller) -> None:
    person = somebody()
    lead = await interest(admin, person)
    await admin.post(f"leads/{lead['id']}/qualify", {})

    joined = await interest(admin, person)

    assert (joined["id"], joined["state"]) == (lead["id"], "qualified")


async def test_whoever_answers_again_after_the_sale_was_lost_is_a_new_lead(admin: Caller) -> None:
    person = somebody()
    lead = await interest(admin, person)
    opportunity = (await admin.post(f"leads/{lead['id']}/qualify", {}))["opportunity"]
    await admin.post(f"opportunities/{opportunity['id']}/lose", {"reason": "out_sold"})

    again = await interest(admin, person)

    assert (again["id"] != lead["id"], again["state"]) == (True, "open")


async def test_whoever_wants_no_contact_is_marked_in_sales_and_on_the_lists_of_marketing(admin: Caller) -> None:
    campaign, person = await plan_campaign(admin), somebody()
    contact = await admin.post("contacts", {**person, "consent": {"phone": True, "email": True}})
    young = await admin.post("marketing_lists", {"name": "Young", "member_kind": "contact"})
    await admin.post(f"marketing_lists/{young['id']}/add_members", {"member_ids": [contact["id"]]})

    response = await respond(admin, campaign, person, "do_not_contact")

    async def refused() -> dict[str, Any] | None:
        [member] = (await admin.get(f"marketing_lists/{young['id']}/members"))["value"]
        return member if (member["consent"] or {}).get("phone") is False else None

    assert (await eventually(refused, within=SOON))["consent"]["email"] is True
    marked = await admin.get(f"contacts/{contact['id']}")
    assert marked["consent"]["phone"] is False
    assert marked["consent_proofs"][-1]["source"] == f"campaign response {response['id']}"


@pytest.mark.parametrize(("target", "collection"), [("lead", "leads"), ("opportunity", "opportunities")])
async def test_a_response_becomes_what_somebody_wants_it_to(admin: Caller, target: str, collection: str) -> None:
    person = somebody()
    response = await respond(admin, await plan_campaign(admin), person, "not_interested")

    await admin.post(f"activities/{response['id']}/convert", {"to": target})

    became = await conversion_of(admin, response)
    made = await admin.get(f"{became['collection']}/{became['id']}")
    [lead] = await leads_of(admin, person)
    assert became["collection"] == collection
    assert lead["response_ids"] == [response["id"]]
    assert made["id"] == (lead["id"] if target == "lead" else lead["opportunity_id"])


async def test_the_answer_of_somebody_known_becomes_their_own(admin: Caller) -> None:
    contact = await admin.post("contacts", somebody())
    response = await respond(admin, await plan_campaign(admin), somebody(), "not_interested")

    await admin.post(f"activities/{response['id']}/convert", {"to": "contact", "contact_id": contact["id"]})

    became = await conversion_of(admin, response)
    assert (became["collection"], became["id"]) == ("contacts", contact["id"])


async def test_whoever_wanted_what_cannot_be_is_told_why_not(admin: Caller) -> None:
    response = await respond(admin, await plan_campaign(admin), somebody())
    lead = await lead_of(admin, response)
    opportunity = (await admin.post(f"leads/{lead['id']}/qualify", {}))["opportunity"]
    await admin.ask("DELETE", f"opportunities/{opportunity['id']}")

    await admin.post(f"activities/{response['id']}/convert", {"to": "opportunity"})

    why = await refusal_of(admin, response)
    told = (await admin.get("notifications?$top=1000"))["value"]
    assert (why["to"], why["code"]) == ("opportunity", "not_found")
    assert [each["kind"] for each in told if each["about"]["id"] == response["id"]] == ["conversion_refused"]


async def test_interest_that_has_made_a_lead_becomes_that_lead(admin: Caller) -> None:
    person = somebody()
    response = await respond(admin, await plan_campaign(admin), person)
    lead = await lead_of(admin, response)

    await admin.post(f"activities/{response['id']}/convert", {"to": "lead"})

    assert (await conversion_of(admin, response))["id"] == lead["id"]
    assert len(await leads_of(admin, person)) == 1
