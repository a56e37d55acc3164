"""A lead is qualified, sold to, and becomes a customer."""

from tests.flows.people import somebody, somebody_at_a_company
from tests.flows.stories import buyer, interest, win, with_customer
from tests.support.calling import Caller


async def test_qualifying_answers_the_lead_and_its_opportunity(admin: Caller) -> None:
    lead = await interest(admin, somebody())

    qualified = await admin.post(f"leads/{lead['id']}/qualify", {})

    assert qualified.keys() == {"lead", "opportunity"}
    assert qualified["lead"]["state"] == "qualified"
    assert qualified["lead"]["opportunity_id"] == qualified["opportunity"]["id"]
    assert (qualified["opportunity"]["state"], qualified["opportunity"]["lead_id"]) == ("open", lead["id"])


async def test_the_opportunity_keeps_who_may_buy_and_what_brought_them(admin: Caller) -> None:
    person = somebody_at_a_company()
    lead = await interest(admin, person)

    opportunity = (await admin.post(f"leads/{lead['id']}/qualify", {}))["opportunity"]

    assert person.items() <= opportunity["prospect"].items()
    assert opportunity["source_campaign_id"] == lead["source_campaign_id"]


async def test_qualifying_again_is_refused_and_names_what_is_open(admin: Caller) -> None:
    lead = await interest(admin, somebody())
    await admin.post(f"leads/{lead['id']}/qualify", {})

    refused = await admin.ask("POST", f"leads/{lead['id']}/qualify", {})

    assert (refused.status, refused.code) == (409, "move_not_allowed")
    assert (refused.body["state"], refused.body["open_actions"]) == ("qualified", [])


async def test_a_won_opportunity_says_what_it_brought(admin: Caller) -> None:
    lead = await interest(admin, somebody())
    opportunity = (await admin.post(f"leads/{lead['id']}/qualify", {}))["opportunity"]

    won = await admin.post(f"opportunities/{opportunity['id']}/win", {"actual_value": 1234.5})

    assert (won["state"], won["actual_value"]) == ("won", 1234.5)


async def test_a_company_that_buys_becomes_an_account_with_a_primary_contact(admin: Caller) -> None:
    person = somebody_at_a_company()

    customer = await buyer(admin, person)

    assert (customer["collection"], customer["name"]) == ("accounts", person["company_name"])
    account = await admin.get(f"accounts/{customer['id']}")
    contact = await admin.get(f"contacts/{account['primary_contact_id']}")
    assert (account["name"], account["relationship"]) == (person["company_name"], "customer")
    assert (contact["email"], contact["account_id"]) == (person["email"], account["id"])


async def test_a_person_who_buys_becomes_a_contact(admin: Caller) -> None:
    person = somebody()

    customer = await buyer(admin, person)

    assert (customer["collection"], customer["name"]) == ("contacts", "Ada Lovelace")
    contact = await admin.get(f"contacts/{customer['id']}")
    assert contact["email"] == person["email"]


async def test_a_second_sale_to_the_same_person_has_the_same_customer(admin: Caller) -> None:
    person = somebody_at_a_company()
    first = await buyer(admin, person)

    second = await buyer(admin, person)

    assert second == first
    assert len(await admin.find("accounts", f"name eq '{person['company_name']}'")) == 1
    assert len(await admin.find("contacts", f"email eq '{person['email']}'")) == 1


async def test_a_lead_typed_by_hand_is_sold_to_like_any_other(admin: Caller) -> None:
    person = somebody()
    lead = await admin.post("leads", person | {"topic": "Met at the fair"})

    won = await win(admin, lead)

    assert won["customer"]["collection"] == "contacts"


async def test_a_sale_won_again_after_it_was_reopened_makes_no_second_customer(admin: Caller) -> None:
    person = somebody()
    won = await win(admin, await interest(admin, person))
    await admin.post(f"opportunities/{won['id']}/reopen")

    await admin.post(f"opportunities/{won['id']}/win", {})

    again = await with_customer(admin, won)
    assert again["customer"] == won["customer"]
    assert len(await admin.find("contacts", f"email eq '{person['email']}'")) == 1
