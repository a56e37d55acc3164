"""A person who answers a campaign with interest becomes a lead, once."""

from tests.flows.people import somebody, somebody_at_a_company
from tests.flows.stories import interest, lead_of, leads_of, plan_campaign, respond
from tests.support.calling import Caller


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
