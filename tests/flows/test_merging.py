"""Two records of one customer become one in every service, and come apart again."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from tests.flows.people import somebody
from tests.flows.stories import SOON, interest, plan_campaign, respond
from tests.flows.test_history import history
from tests.support.calling import Caller
from tests.support.waiting import eventually

Record = dict[str, Any]


async def becomes(caller: Caller, path: str, wanted: Callable[[Record], bool]) -> Record:
    async def look() -> Record | None:
        found: Record = await caller.get(path)
        return found if wanted(found) else None

    return await eventually(look, within=SOON)


async def twins(caller: Caller) -> tuple[Record, Record]:
    """Two contacts of one person."""
    name = f"Lovelace {uuid4().hex[:8]}"
    one = await caller.post("contacts", {"first_name": "Ada", "last_name": name})
    two = await caller.post("contacts", {"first_name": "Adah", "last_name": name, "phone": "+351 21 000 0001"})
    return one, two


def about(record: Record) -> Record:
    return {"collection": "contacts", "id": record["id"]}


async def surroundings(caller: Caller, contact: Record) -> tuple[dict[str, Callable[[Record], Any]], Record]:
    """A record in each service that refers to the contact: by its path, where it says so; and a list of members."""
    deal = await caller.post("opportunities", {"name": "Loan", "customer": about(contact)})
    case = await caller.post("cases", {"title": "Lost card", "customer": about(contact), "contact_id": contact["id"]})
    task = await caller.post("activities", {"type": "task", "subject": "Call", "regarding": about(contact)})
    members = await caller.post("marketing_lists", {"name": "Regulars", "member_kind": "contact"})
    await caller.post(f"marketing_lists/{members['id']}/add_members", {"member_ids": [contact["id"]]})
    return {
        f"opportunities/{deal['id']}": lambda found: found["customer"]["id"],
        f"cases/{case['id']}": lambda found: found["contact_id"],
        f"activities/{task['id']}": lambda found: found["regarding"]["id"],
        f"marketing_lists/{members['id']}/members": lambda found: found["value"][0]["id"],
    }, task


async def all_point_to(caller: Caller, places: dict[str, Callable[[Record], Any]], contact: Record) -> None:
    for path, pointing in places.items():
        await becomes(caller, path, partial(_points_to, pointing, contact))


def _points_to(pointing: Callable[[Record], Any], contact: Record, found: Record) -> bool:
    return bool(pointing(found) == contact["id"])


async def test_everything_of_both_is_of_the_survivor_and_back(admin: Caller) -> None:
    kept, gone = await twins(admin)
    places, task = await surroundings(admin, gone)

    merged = await admin.post(f"contacts/{kept['id']}/merge", {"duplicates": [gone["id"]]})
    assert merged["phone"] == gone["phone"]
    await all_point_to(admin, places, kept)
    late = await admin.post("activities", {"type": "task", "subject": "Write", "regarding": about(gone)})
    assert late["regarding"]["id"] == kept["id"]

    answer = await admin.post(f"contacts/{kept['id']}/unmerge", {"duplicate": gone["id"]})
    assert (answer["survivor"]["phone"], answer["duplicate"]["phone"]) == (None, gone["phone"])
    await all_point_to(admin, places, gone)
    assert (await admin.get(f"activities/{late['id']}"))["regarding"]["id"] == kept["id"]
    await becomes(admin, f"activities/{task['id']}", lambda again: bool(again["regarding"] == task["regarding"]))


async def test_an_old_id_leads_on_through_the_gateway(admin: Caller) -> None:
    first, second = await twins(admin)
    third, _ = await twins(admin)
    await admin.post(f"contacts/{second['id']}/merge", {"duplicates": [first["id"]]})
    await admin.post(f"contacts/{third['id']}/merge", {"duplicates": [second["id"]]})

    found = await admin.get(f"contacts/{first['id']}")
    changed = await admin.patch(f"contacts/{second['id']}", {"job_title": "Countess"})

    assert (found["id"], changed["id"]) == (third["id"], third["id"])


async def test_the_search_finds_the_survivor_alone_and_histories_tell_of_the_merge(admin: Caller) -> None:
    kept, gone = await twins(admin)

    async def found(count: int) -> list[Record]:
        async def look() -> list[Record] | None:
            hits: list[Record] = (await admin.get("search", q=kept["last_name"]))["value"]
            return hits if len(hits) == count else None

        return await eventually(look, within=SOON)

    await found(2)
    await admin.post(f"contacts/{kept['id']}/merge", {"duplicates": [gone["id"]]})

    assert [hit["id"] for hit in await found(1)] == [kept["id"]]
    entries = await history(admin, f"contacts/{kept['id']}", 2)
    assert (entries[0]["type"], entries[0]["duplicates"]) == ("sales.contact.merged", [gone["id"]])
    assert entries[0]["changed"]["phone"]["after"] == gone["phone"]
    former = await history(admin, f"contacts/{gone['id']}", 2)
    assert [entry["type"] for entry in former] == ["sales.contact.deleted", "sales.contact.created"]
    await eventually(lambda: _told(admin, kept, "sales.contact.merged"), within=SOON)


async def _told(caller: Caller, contact: Record, type_: str) -> bool:
    timeline = await caller.get(f"timeline/contacts/{contact['id']}")
    return type_ in [entry["type"] for entry in timeline["value"]]


async def test_a_late_answer_of_a_merged_lead_joins_the_survivor(admin: Caller) -> None:
    person = somebody()
    kept, gone = await interest(admin, somebody()), await interest(admin, person)
    await admin.post(f"leads/{kept['id']}/merge", {"duplicates": [gone["id"]]})

    response = await respond(admin, await plan_campaign(admin), person)

    async def joined() -> bool:
        return response["id"] in (await admin.get(f"leads/{kept['id']}"))["response_ids"]

    await eventually(joined, within=SOON)
