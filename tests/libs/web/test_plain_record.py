"""What a record is given by a short model and one line of the service's page: there, and in services beside it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiohttp import FormData

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.domain.directory import CustomFieldEntry, RoleEntry
from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line
from libs.domain.record import Record
from libs.store.store import Store
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from services.activity.timeline import routes as timeline
from services.activity.timeline import store as entries
from services.activity.timeline.consumers import keep_timeline
from services.gateway.odata.schema import schema_of
from services.journal.app import journal
from services.journal.deliveries.sender import Outlet
from tests.services.journal.receiver import receiving
from tests.support.services import Running, delete_queues, running
from tests.support.waiting import PATIENCE, eventually

HEARD: list[Envelope] = []


@projection("heard", "harbour.boat.*")
async def hear(_: Store, envelopes: Sequence[Envelope]) -> None:
    HEARD.extend(envelopes)


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    mergeable = True

    name: Annotated[Line, INDEXED, SEARCHED]
    berth: Annotated[int | None, LISTED] = None


HARBOUR = Service(
    name="harbour",
    resources=(Resource(Boat),),
    projections=(hear,),
)
JOURNAL = journal(Outlet(allow_http=True, allow_private=True, answer_within=PATIENCE))
BESIDE = replace(
    JOURNAL,
    name=f"beside{uuid4().hex[:8]}",
    routes=(*JOURNAL.routes, *timeline.ROUTES),
    projections=(*JOURNAL.projections, replace(keep_timeline, topics=("harbour.#",))),
    indexes={**JOURNAL.indexes, entries.COLLECTION: entries.INDEXES},
)
"""The journal, and the timelines of the activity service, which hear of the services that they know."""
RIG = CustomFieldEntry(id="rig", version=1, of="boats", name="rig", type="choice", label="Rig", choices=("sloop",))
CAPTAIN = RoleEntry(
    id="captain",
    version=1,
    permissions={"boats": dict.fromkeys(("create", "read", "write"), "own"), "imports": {"create": "all"}},
)


@pytest.fixture(scope="module")
async def harbour(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HARBOUR, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        people = service.identities.people
        people.custom_fields, people.roles = [RIG], [*people.roles, CAPTAIN]
        await service.app[DIRECTORY].reload()
        yield service


@pytest.fixture(scope="module")
async def beside(harbour: Running, mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(BESIDE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        await service.know("users", {"id": "user-1", "roles": ["administrator"]})
        yield service
    await delete_queues(service.app, amqp_url)


async def boat(harbour: Running, name: str, **fields: Any) -> dict[str, Any]:
    status, made = await harbour.post("/api/v1/boats", {"name": name, **fields})
    assert status == 201, made
    return dict(made)


async def names(harbour: Running, query: str, **caller: Any) -> list[str]:
    status, page = await harbour.get(f"/api/v1/boats?{query}&$orderby=name", **caller)
    assert status == 200, page
    return [each["name"] for each in page["value"]]


def test_there_is_a_route_for_whatever_one_does_with_records() -> None:
    own = {f"{each.method} {each.path}" for each in HARBOUR.all_routes() if "/boats" in each.path}

    assert {each.replace("/api/v1/boats", "") for each in own} == {
        "GET ", "POST ", "POST /bulk", "GET /$count", "GET /export", "GET /deleted", "POST /snapshot",
        "GET /{id}", "PATCH /{id}", "DELETE /{id}",
        "POST /{id}/restore", "POST /{id}/activate", "POST /{id}/deactivate",
        "POST /{id}/assign", "POST /{id}/share", "POST /{id}/unshare",
        "POST /duplicates", "GET /duplicates", "POST /find_duplicates", "POST /{id}/merge", "POST /{id}/unmerge",
    }  # fmt: skip


async def test_clients_of_odata_find_it_in_the_metadata_with_custom_fields(harbour: Running) -> None:
    schema = schema_of((await harbour.get("/openapi.json"))[1])
    [boats] = schema.entity_sets

    assert boats.name == "boats"
    assert {"id", "name", "berth", "owner_id", "tags"} <= {each.name for each in boats.properties}
    [custom] = [each for each in boats.properties if each.name == "custom"]
    assert [each.name for each in schema.complex_types[custom.type]] == ["rig"]


async def test_it_is_listed_filtered_searched_and_exported_with_custom_fields(harbour: Running) -> None:
    await boat(harbour, "Argo", berth=7, custom={"rig": "sloop"})
    await boat(harbour, "Bounty")

    assert await names(harbour, "$filter=berth eq 7 and custom/rig eq 'sloop'") == ["Argo"]
    assert await names(harbour, "$search=bount") == ["Bounty"]
    view = {"collection": "boats", "name": "Sloops", "filter": "custom/rig eq 'sloop'"}
    assert (await harbour.post("/api/v1/saved_views", view))[0] == 201
    token = harbour.identities.token("administrator")
    path = f"{harbour.url}/api/v1/boats/export?$filter=berth eq 7&$select=name,custom/rig"
    async with harbour.session.get(path, headers={"Authorization": f"Bearer {token}"}) as response:
        assert (await response.text()).splitlines()[1].endswith("Argo,sloop")


async def test_a_role_reaches_as_far_as_it_says(harbour: Running) -> None:
    others = await boat(harbour, "Calypso")
    captain: dict[str, Any] = {"roles": ("captain",), "user_id": "nemo"}
    status, own = await harbour.post("/api/v1/boats", {"name": "Nautilus"}, **captain)

    assert (status, await names(harbour, "$top=50", **captain)) == (201, ["Nautilus"])
    assert (await harbour.patch(f"/api/v1/boats/{others['id']}", {"name": "Mine"}, **captain))[0] == 404
    assert (await harbour.delete(f"/api/v1/boats/{own['id']}", **captain))[0] == 403


async def test_files_are_imported(harbour: Running) -> None:
    form = FormData({"collection": "boats"})
    form.add_field("file", b"Name,Berth\nPequod,3\n", filename="boats.csv", content_type="text/csv")
    headers = {"Authorization": f"Bearer {harbour.identities.token('administrator')}"}
    async with harbour.session.post(f"{harbour.url}/api/v1/imports", data=form, headers=headers) as response:
        sent = await response.json()
    await harbour.post(f"/api/v1/imports/{sent['id']}/run")

    async def imported() -> list[str]:
        return await names(harbour, "$filter=berth eq 3")

    assert await eventually(imported) == ["Pequod"]


async def test_every_change_is_announced_with_what_it_was_and_who_may_see_it(harbour: Running) -> None:
    made = await boat(harbour, "Dove")
    await harbour.patch(f"/api/v1/boats/{made['id']}", {"name": "Raven"})

    async def heard() -> list[Envelope] | None:
        found = {each.type: each for each in HEARD if each.record_id == made["id"]}
        return [*found.values()] if len(found) == 2 else None

    told = {each.type: each.data for each in await eventually(heard)}
    assert told["harbour.boat.created"]["record"] == made
    assert told["harbour.boat.updated"]["changed"] == {"name": {"before": "Dove", "after": "Raven"}}
    assert told["harbour.boat.updated"]["access"]["owner"] == "user-1"


async def told(beside: Running, path: str, count: int) -> list[dict[str, Any]]:
    """The entries of a history or a timeline, once there are so many."""

    async def look() -> list[dict[str, Any]] | None:
        status, page = await beside.get(path)
        return page["value"] if status == 200 and len(page["value"]) == count else None

    return await eventually(look)


async def test_its_past_is_told_and_shown_as_it_was_after_a_removal_too(harbour: Running, beside: Running) -> None:
    made = await boat(harbour, "Kon-Tiki")
    path = f"/api/v1/boats/{made['id']}"
    _, changed = await harbour.patch(path, {"name": "Ra"})
    await harbour.delete(path)
    _, bin_ = await harbour.get("/api/v1/boats/deleted")
    _, restored = await harbour.post(f"{path}/restore")

    history = await told(beside, f"{path}/history", 4)

    assert [each["name"] for each in bin_["value"]] == ["Ra"]
    assert [each["type"].rpartition(".")[2] for each in history] == ["restored", "deleted", "updated", "created"]
    assert (history[2]["changed"], history[2]["via"]) == ({"name": {"before": "Kon-Tiki", "after": "Ra"}}, "ui")
    for state in (made, changed, restored):
        assert (await beside.get(f"{path}?as_of={quote(state['modified_at'])}"))[1] == state
    assert [each["title"] for each in await told(beside, f"/api/v1/timeline{path.removeprefix('/api/v1')}", 4)] == [
        f"Boat {verb}" for verb in ("restored", "deleted", "updated", "created")
    ]


async def test_webhooks_are_sent_what_a_filter_over_it_chooses(harbour: Running, beside: Running) -> None:
    async with receiving() as receiver:
        body = {"name": "Port", "url": receiver.url, "types": ["harbour.boat.created"], "filter": "berth gt 80"}
        assert (await beside.post("/api/v1/webhooks", body))[0] == 201
        await boat(harbour, "Dinghy", berth=8)
        frigate = await boat(harbour, "Frigate", berth=88)

        async def heard() -> list[str]:
            return [each.event["subject"] for each in receiver.heard]

        assert await eventually(heard) == [f"boats/{frigate['id']}"]


async def test_two_of_the_same_are_made_one_and_two_again(harbour: Running, beside: Running) -> None:
    kept, double = await boat(harbour, "Vasa"), await boat(harbour, "Wasa", berth=16)
    path, gone = f"/api/v1/boats/{kept['id']}", f"/api/v1/boats/{double['id']}"

    _, merged = await harbour.post(f"{path}/merge", {"duplicates": [double["id"]]})
    token = harbour.identities.token("administrator")
    headers = {"Authorization": f"Bearer {token}"}
    async with harbour.session.get(harbour.url + gone, headers=headers, allow_redirects=False) as answer:
        led = answer.status, answer.headers["Location"]
    status, parted = await harbour.post(f"{path}/unmerge", {"duplicate": double["id"]})

    assert (merged["name"], merged["berth"], led) == ("Vasa", 16, (308, path))
    assert (status, parted["survivor"]["berth"], parted["duplicate"]["name"]) == (200, None, "Wasa")
    assert (await harbour.get(gone))[1]["berth"] == 16
    assert [each["duplicates"] for each in await told(beside, f"{path}/history", 3)] == [[double["id"]]] * 2 + [None]
