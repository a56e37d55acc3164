"""A record's past over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.directory import RoleEntry
from libs.store.ids import new_id
from libs.web.requests import DIRECTORY
from tests.services.journal.conftest import Announce
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually

BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


async def story(
    journal: Running, announce: Announce, *verbs: str, owner_id: str | None = None, actor_id: str = "user-1"
) -> list[Envelope]:
    """A lead's events, a version and a second each, once the journal has them."""
    lead = {"id": new_id(), "owner_id": owner_id}
    told = [
        replace(
            envelope(
                f"sales.lead.{verb}",
                "leads",
                {**lead, "topic": verb},
                sequence=number,
                **({"changed": {"topic": {"before": "", "after": verb}}} if number > 1 else {}),
            ),
            time=BEGIN + timedelta(seconds=number),
            actorid=actor_id,
        )
        for number, verb in enumerate(verbs, start=1)
    ]
    await announce(*told)

    async def all_told() -> bool:
        status, page = await journal.get(f"/api/v1/leads/{lead['id']}/history")
        return status == 200 and len(page["value"]) == len(told)

    await eventually(all_told)
    return told


def at(event: Envelope) -> str:
    return quote(event.time.isoformat(), safe="")


async def test_a_history_is_told_page_by_page(events: Running, announce: Announce) -> None:
    told = await story(events, announce, "created", "updated", "assigned")
    path = f"/api/v1/{told[0].subject}/history"

    _, first = await events.get(f"{path}?$top=2")
    _, rest = await events.get(first["@odata.nextLink"])

    entries: list[dict[str, Any]] = first["value"] + rest["value"]
    assert [entry["id"] for entry in entries] == [event.id for event in reversed(told)]
    assert [entry["version"] for entry in entries] == [3, 2, 1]
    assert entries[0]["changed"] == {"topic": {"before": "", "after": "assigned"}}
    assert (entries[0]["via"], entries[0]["correlationid"]) == ("ui", told[2].correlationid)
    assert "@odata.nextLink" not in rest


async def test_whoever_did_it_is_called_what_they_are_called_now(events: Running, announce: Announce) -> None:
    await announce(envelope("identity.user.updated", "users", {"id": "ada", "name": "Ada Costa"}, sequence=2))
    told = await story(events, announce, "created", actor_id="ada")

    async def name() -> Any:
        _, page = await events.get(f"/api/v1/{told[0].subject}/history")
        return page["value"][0]["actor"]["name"]

    assert await eventually(name) == "Ada Costa"


async def test_a_record_is_shown_as_it_was(events: Running, announce: Announce) -> None:
    created, updated, deleted, restored = await story(events, announce, "created", "updated", "deleted", "restored")
    path = f"/api/v1/{created.subject}?as_of="

    for event in (created, updated, restored):
        assert await events.get(path + at(event)) == (200, event.record)
    assert (await events.get(path + at(deleted)))[0] == 404
    assert (await events.get(f"{path}2000-01-01T00:00:00Z"))[1]["code"] == "not_found"


async def test_a_removed_record_keeps_its_history(events: Running, announce: Announce) -> None:
    created, deleted = await story(events, announce, "created", "deleted")

    _, page = await events.get(f"/api/v1/{created.subject}/history")

    assert page["value"][0]["type"] == "sales.lead.deleted"
    assert (await events.get(f"/api/v1/{deleted.subject}?as_of={at(created)}"))[0] == 200


@pytest.mark.parametrize("path", ["/history", "?as_of=2026-03-01T08:30:00Z"])
async def test_of_what_never_was_nothing_is_told(events: Running, path: str) -> None:
    status, problem = await events.get(f"/api/v1/leads/nobody{path}")

    assert (status, problem["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/history", "?as_of=2100-03-01T08:30:00Z"])
async def test_who_may_not_read_the_record_may_not_read_its_past(
    events: Running, announce: Announce, path: str
) -> None:
    [created] = await story(events, announce, "created")

    assert (await events.get(f"/api/v1/{created.subject}{path}", roles=["read_only"]))[0] == 200
    assert (await events.get(f"/api/v1/{created.subject}{path}", roles=["nobody"]))[0] == 403
    assert (await events.get(f"/api/v1/roles/role-1{path}", roles=["read_only"]))[0] == 403


@pytest.mark.parametrize("path", ["/history", "?as_of=2100-03-01T08:30:00Z"])
async def test_whoever_reads_only_their_own_records_reads_only_their_past(
    events: Running, announce: Announce, seller: str, path: str
) -> None:
    [created] = await story(events, announce, "created", owner_id="user-1")
    [of_another] = await story(events, announce, "created", owner_id="user-2")

    assert (await events.get(f"/api/v1/{created.subject}{path}", roles=[seller]))[0] == 200
    assert (await events.get(f"/api/v1/{of_another.subject}{path}", roles=[seller]))[0] == 404


async def test_hidden_fields_were_always_hidden(events: Running, announce: Announce, seller: str) -> None:
    created, _ = await story(events, announce, "created", "updated", owner_id="user-1")
    path = f"/api/v1/{created.subject}"

    _, page = await events.get(f"{path}/history", roles=[seller])
    _, then = await events.get(f"{path}?as_of={at(created)}", roles=[seller])

    assert [entry["changed"] for entry in page["value"]] == [None, None]
    assert then == {name: value for name, value in created.record.items() if name != "topic"}


@pytest.fixture
async def seller(events: Running) -> str:
    """A role that reads its own leads, without their topics."""
    terms = {"permissions": {"leads": {"read": "own"}}, "fields": {"leads": {"topic": "hidden"}}}
    role = RoleEntry.model_validate({"id": "seller", "version": 1, **terms})
    events.identities.people.roles.append(role)
    await events.app[DIRECTORY].reload()
    return role.id


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("/history?$top=0", "$top"),
        ("/history?top=201", "$top"),
        ("/history?after=x", "after"),
        ("/history?$skip=1", "$skip"),
        ("?as_of=yesterday", "as_of"),
        ("?as_of=", "as_of"),
        ("", "as_of"),
    ],
)
async def test_a_bad_question_is_refused(events: Running, announce: Announce, query: str, pointer: str) -> None:
    status, problem = await events.get(f"/api/v1/leads/any{query}")

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
