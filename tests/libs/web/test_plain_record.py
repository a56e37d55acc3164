"""What a record is given by a short model and one line of the service's page."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import pytest
from aiohttp import FormData

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.domain.directory import CustomFieldEntry, RoleEntry
from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line
from libs.domain.record import Record
from libs.store.store import Store
from libs.web.openapi import document
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from services.gateway.odata.schema import schema_of
from tests.support.services import Running, running
from tests.support.waiting import eventually

HEARD: list[Envelope] = []


@projection("heard", "harbour.boat.*")
async def hear(_: Store, envelopes: Sequence[Envelope]) -> None:
    HEARD.extend(envelopes)


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Annotated[Line, INDEXED, SEARCHED]
    berth: Annotated[int | None, LISTED] = None


HARBOUR = Service(
    name="harbour",
    resources=(Resource(Boat),),
    projections=(hear,),
)
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
        "POST /duplicates", "GET /duplicates", "POST /find_duplicates",
    }  # fmt: skip


def test_clients_of_odata_find_it_in_the_metadata() -> None:
    [boats] = schema_of(document("harbour", "1", HARBOUR.all_routes())).entity_sets

    assert boats.name == "boats"
    assert {"id", "name", "berth", "owner_id", "tags", "custom"} <= {each.name for each in boats.properties}


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
