"""Cases of a customer who was merged are those of the survivor, and back."""

from typing import Any

from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from tests.services.service.cases.test_routes import ACME, open_case
from tests.support.merges import merge_event
from tests.support.publishing import publish
from tests.support.services import Running
from tests.support.waiting import eventually


async def becomes(cases: Running, case: dict[str, Any], **fields: Any) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await cases.get(f"/api/v1/cases/{case['id']}"))[1]
        return found if {name: found[name] for name in fields} == fields else None

    return await eventually(look)


async def test_the_customer_of_a_case_becomes_the_survivor_and_itself_again(cases: Running, amqp_url: str) -> None:
    gone, kept, person = new_id(), new_id(), new_id()
    records = [{"id": gone, "name": "Akme"}, {"id": kept, "name": "Acme"}]
    await seed_copies(cases.app[STORE], "accounts", records)
    await seed_copies(cases.app[STORE], "contacts", [{"id": person, "full_name": "Ann Lee"}])
    customer = {"collection": "accounts", "id": gone}
    case = await open_case(cases, customer=customer, contact_id=person)

    await publish(amqp_url, merge_event(f"accounts/{kept}", {gone: kept}))
    moved = await becomes(cases, case, customer={"collection": "accounts", "id": kept, "name": "Acme"})
    late = await open_case(cases, customer=customer)
    assert (moved["version"], moved["contact_id"], late["customer"]["id"]) == (2, person, kept)

    await publish(amqp_url, merge_event(f"accounts/{kept}", {gone: None}, version=2, verb="unmerged"))
    await becomes(cases, case, customer={"collection": "accounts", "id": gone, "name": "Akme"})
    assert (await cases.get(f"/api/v1/cases/{late['id']}"))[1]["customer"]["id"] == kept


async def test_the_contact_of_a_case_moves_while_its_customer_stays(cases: Running, amqp_url: str) -> None:
    gone, kept = new_id(), new_id()
    await seed_copies(cases.app[STORE], "contacts", [{"id": each, "full_name": "Ann Lee"} for each in (gone, kept)])
    case = await open_case(cases, contact_id=gone)

    await publish(amqp_url, merge_event(f"contacts/{kept}", {gone: kept}, name="Ann Lee"))

    moved = await becomes(cases, case, contact_id=kept)
    assert moved["customer"] == {**ACME, "name": "Acme Ltd"}
