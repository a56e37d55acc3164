"""Activities and timelines of records that were merged."""

from typing import Any

from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.app import ACTIVITY
from services.activity.timeline.store import keep_entries
from tests.support.events import envelope
from tests.support.merges import hear, merge_event
from tests.support.services import Running


async def known(activity: Running, collection: str, *names: str) -> list[str]:
    """The ids of records that the service has heard of."""
    records = [{"id": new_id(), "full_name": name} for name in names]
    await seed_copies(activity.app[STORE], collection, records)
    return [each["id"] for each in records]


async def recorded(activity: Running, **fields: Any) -> dict[str, Any]:
    status, made = await activity.post("/api/v1/activities", fields)
    assert status == 201, made
    return dict(made)


async def test_what_a_task_is_about_and_who_responded_move_with_the_merge(activity: Running) -> None:
    gone, kept = await known(activity, "contacts", "Anne Lee", "Ann Lee")
    reference = {"collection": "contacts", "id": gone}
    invited = [{"role": role, **reference} for role in ("organizer", "required")]
    task = await recorded(activity, type="task", subject="Call", regarding=reference, parties=invited)
    answer = await recorded(
        activity, type="campaign_response", campaign_id="spring", customer={**reference, "email": "ann@example.org"}
    )

    await hear(ACTIVITY, activity.app[STORE], merge_event(f"contacts/{kept}", {gone: kept}))
    moved = [(await activity.get(f"/api/v1/activities/{each['id']}"))[1] for each in (task, answer)]
    assert moved[0]["regarding"] == {"collection": "contacts", "id": kept, "name": "Ann Lee"}
    assert [(party["role"], party["id"]) for party in moved[0]["parties"]] == [("organizer", kept), ("required", kept)]
    assert (moved[1]["customer"]["id"], moved[1]["customer"]["email"]) == (kept, "ann@example.org")

    undone = merge_event(f"contacts/{kept}", {gone: None}, version=2, verb="unmerged")
    await hear(ACTIVITY, activity.app[STORE], undone)
    back = [(await activity.get(f"/api/v1/activities/{each['id']}"))[1] for each in (task, answer)]
    assert back[0]["parties"] == task["parties"]
    assert (back[0]["regarding"], back[1]["customer"]) == (task["regarding"], answer["customer"])


async def test_a_timeline_holds_what_happened_to_those_that_were_merged(activity: Running) -> None:
    store = activity.app[STORE]
    gone, kept = await known(activity, "leads", "Anne Lee", "Ann Lee")
    happened = {
        id_: envelope("sales.lead.created", "leads", {"id": id_, "full_name": "Ann Lee"}) for id_ in (gone, kept)
    }
    await keep_entries(store, list(happened.values()))
    await hear(ACTIVITY, store, merge_event(f"leads/{kept}", {gone: kept}))
    late = envelope("sales.lead.contacted", "leads", {"id": gone, "full_name": "Ann Lee"}, sequence=2)
    await keep_entries(store, [late])

    _, timeline = await activity.get(f"/api/v1/timeline/leads/{kept}")
    assert {entry["id"] for entry in timeline["value"]} == {late.id, *(event.id for event in happened.values())}
    status, followed = await activity.get(f"/api/v1/timeline/leads/{gone}")
    assert (status, followed) == (200, timeline)

    await hear(ACTIVITY, store, merge_event(f"leads/{kept}", {gone: None}, version=2, verb="unmerged"))
    _, timeline = await activity.get(f"/api/v1/timeline/leads/{kept}")
    assert [entry["id"] for entry in timeline["value"]] == [happened[kept].id]
