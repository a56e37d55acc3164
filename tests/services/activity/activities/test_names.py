"""What activities are about, and who takes part, goes by the name that it has now."""

from libs.store.copies import keep_copies, seed_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"


async def test_a_record_that_is_called_something_else_is_so_wherever_it_is_referred_to(activity: Running) -> None:
    store, contact = activity.app[STORE], new_id()
    await seed_copies(store, "contacts", [{"id": contact, "full_name": "Ada Byron"}])
    ada, other = {"collection": "contacts", "id": contact}, {"role": "cc", "email": "bob@example.org", "name": "Bob"}
    parties = [{**ada, "role": "to"}, other, {**ada, "role": "customer"}]
    _, task = await activity.post(
        PATH, {"type": "task", "subject": "Write", "regarding": {**ada, "name": "Somebody"}, "parties": parties}
    )
    married, before = (
        envelope(
            "sales.contact.updated",
            "contacts",
            {"id": contact, "full_name": name},
            sequence=sequence,
            changed={"full_name": {"before": "Ada Byron", "after": name}},
        )
        for sequence, name in ((3, "Ada Lovelace"), (2, "Ada King"))
    )

    await keep_copies(store, [married])
    await keep_copies(store, [before])
    _, read = await activity.get(f"{PATH}/{task['id']}")

    assert (task["regarding"]["name"], read["regarding"]["name"]) == ("Ada Byron", "Ada Lovelace")
    assert [party["name"] for party in read["parties"]] == ["Ada Lovelace", "Bob", "Ada Lovelace"]
    assert read["version"] == task["version"]


async def test_so_is_another_activity(activity: Running) -> None:
    _, call = await activity.post(PATH, {"type": "phone_call", "subject": "First call"})
    about = {"collection": "activities", "id": call["id"]}
    _, task = await activity.post(PATH, {"type": "task", "subject": "Prepare", "regarding": about})
    await activity.patch(f"{PATH}/{call['id']}", {"subject": "Second call"})

    async def named() -> bool:
        _, read = await activity.get(f"{PATH}/{task['id']}")
        return bool(read["regarding"]["name"] == "Second call")

    assert task["regarding"]["name"] == "First call"
    assert await eventually(named)
