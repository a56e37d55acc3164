"""Notes on records, and whom they tell."""

from typing import Any

from libs.domain.record import draft_of
from libs.store.context import Context
from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from services.activity.app import ACTIVITY
from services.activity.notes.commands import create_note
from services.activity.notes.model import Note
from tests.services.activity.notes.making import BOB, PATH, noted
from tests.support.merges import hear, merge_event
from tests.support.services import Running
from tests.support.waiting import eventually


async def colleague(activity: Running, *, role: str = "read_only", state: str = "active") -> tuple[str, str]:
    """The id and the name of a new user."""
    id_ = new_id()
    username = f"u{id_[-12:]}"
    user = {"id": id_, "username": username, "roles": [role], "state": state}
    await activity.know("users", user)
    return id_, username


async def told(activity: Running, user_id: str) -> list[dict[str, Any]]:
    _, page = await activity.get("/api/v1/notifications?$orderby=created_at", user_id=user_id)
    return [{name: each[name] for name in ("kind", "title")} | {"about": each["about"]["id"]} for each in page["value"]]


async def test_a_note_is_about_a_record_of_any_service_and_found_by_it(activity: Running) -> None:
    note = await noted(activity, "They open two.\nIn spring.", title=None)
    await noted(activity, regarding={"collection": "leads", "id": "ada"}, title="Branches")

    _, found = await activity.get(f"{PATH}?$filter=regarding/id eq 'ada'")
    status, problem = await activity.post(PATH, {"text": "x", "regarding": {"collection": "leads", "id": "nobody"}})

    assert (note["name"], note["regarding"], note["mentions"]) == ("They open two.", {**BOB, "name": "Bob Noyce"}, [])
    assert [each["name"] for each in found["value"]] == ["Branches"]
    assert (status, problem["errors"][0]["pointer"]) == (422, "/regarding")


async def test_a_note_is_called_anew_and_goes_on_saying_something(activity: Running) -> None:
    path = f"{PATH}/{(await noted(activity))['id']}"

    _, changed = await activity.patch(path, {"text": "They open three."})
    status, problem = await activity.patch(path, {"text": None})
    guarded, _ = await activity.patch(path, {"mentions": ["user-1"]})

    assert changed["name"] == "They open three."
    assert (status, problem["errors"][0]["pointer"], guarded) == (422, "/text", 422)


async def test_a_note_stands_on_the_timeline_of_its_record(activity: Running) -> None:
    [contact] = await known(activity, "Ann Lee")
    note = await noted(activity, regarding={"collection": "contacts", "id": contact})

    async def entries() -> list[dict[str, Any]]:
        _, page = await activity.get(f"/api/v1/timeline/contacts/{contact}")
        return list(page["value"])

    [entry] = await eventually(entries)
    assert (entry["title"], entry["subject"]["id"], entry["activity"]["text"]) == (
        "Note created",
        note["id"],
        "They open two.",
    )


async def known(activity: Running, *names: str) -> list[str]:
    """The ids of contacts that the service has heard of."""
    records = [{"id": new_id(), "full_name": name} for name in names]
    await seed_copies(activity.app[STORE], "contacts", records)
    return [each["id"] for each in records]


async def test_a_note_moves_with_the_merge_of_its_record(activity: Running) -> None:
    gone, kept = await known(activity, "Anne Lee", "Ann Lee")
    note = await noted(activity, regarding={"collection": "contacts", "id": gone})

    await hear(ACTIVITY, activity.app[STORE], merge_event(f"contacts/{kept}", {gone: kept}))
    _, moved = await activity.get(f"{PATH}/{note['id']}")

    assert moved["regarding"] == {"collection": "contacts", "id": kept, "name": "Ann Lee"}


async def test_whom_a_note_mentions_is_told_once(activity: Running) -> None:
    (ana, as_ana), (eva, as_eva) = await colleague(activity), await colleague(activity)

    note = await noted(activity, f"Ask @{as_ana}. Or @{as_ana.upper()}, not @nobody.")
    path = f"{PATH}/{note['id']}"
    await activity.patch(path, {"text": "Ask nobody."})
    _, changed = await activity.patch(path, {"text": f"Ask @{as_ana} and @{as_eva}"})
    await activity.patch(path, {"title": f"@{as_ana} again"})

    mention = {"kind": "mention", "about": note["id"]}
    assert (note["mentions"], changed["mentions"]) == ([ana], [ana, eva])
    assert await told(activity, ana) == [{**mention, "title": note["name"]}]
    assert await told(activity, eva) == [{**mention, "title": changed["name"]}]


async def test_who_writes_a_note_knows_it_already(activity: Running) -> None:
    ana, as_ana = await colleague(activity, role="administrator")

    note = await noted(activity, f"@{as_ana} to do", user_id=ana)

    assert (note["mentions"], await told(activity, ana)) == ([], [])


async def test_who_may_not_read_a_note_is_not_told_until_they_may(activity: Running) -> None:
    blind = {
        "id": "textless",
        "permissions": {"notes": {"read": "all"}},
        "fields": {"notes": {"text": "hidden"}},
    }
    own = {"id": "own", "permissions": {"notes": {"read": "own"}}}
    await activity.know("roles", blind, own)
    ana, as_ana = await colleague(activity, role="own")
    rui, as_rui = await colleague(activity, role="textless")
    max_, as_max = await colleague(activity, state="inactive")

    note = await noted(activity, f"@{as_ana} @{as_rui} @{as_max} must not know")
    assert [await told(activity, each) for each in (ana, rui, max_)] == [[], [], []]
    assert note["mentions"] == []

    path = f"{PATH}/{note['id']}"
    status, shared = await activity.post(f"{path}/share", {"user_id": ana, "access": "read"})
    assert status == 200, shared
    _, changed = await activity.patch(path, {"text": f"Now @{as_ana} may, @{as_rui} may not"})

    assert changed["mentions"] == [ana]
    assert [each["title"] for each in await told(activity, ana)] == [changed["name"]]
    assert await told(activity, rui) == []


async def test_an_imported_note_tells_nobody(activity: Running) -> None:
    ana, as_ana = await colleague(activity)

    async def command(work: UnitOfWork) -> Note:
        draft = draft_of(Note).model_validate({"text": f"@{as_ana}", "regarding": BOB})
        return await create_note(work, draft)

    note = await activity.app[STORE].run(command, Context(actor_id="user-1", via="import"))

    assert (note.mentions, await told(activity, ana)) == ((ana,), [])
