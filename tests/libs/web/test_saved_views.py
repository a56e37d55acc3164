"""Lists that people keep for themselves, for their team or for everyone."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest

from libs.domain.directory import RoleEntry, TeamEntry
from libs.domain.fields import LISTED, Line
from libs.domain.record import Record
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running, running

VIEWS = "/api/v1/saved_views"


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Annotated[Line, LISTED]


class Berth(Record, collection="berths", aggregate="harbour.berth"):
    name: Annotated[Line, LISTED]


HARBOUR = Service("harbour", resources=(Resource(Boat), Resource(Berth)))
CREW = TeamEntry(id="crew", version=1, member_ids=frozenset({"ann", "ben"}))
SAILOR = RoleEntry(id="sailor", version=1, permissions={"boats": {"read": "all"}})
BIG = {"collection": "boats", "name": "Big boats", "filter": "startswith(name,'B')", "orderby": "name desc"}


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HARBOUR, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def harbour(started: Running) -> Running:
    await started.reset()
    people = started.identities.people
    people.teams, people.roles = [CREW], [*people.roles, SAILOR]
    await started.app[DIRECTORY].reload()
    return started


async def saved(harbour: Running, user_id: str, **fields: Any) -> dict[str, Any]:
    status, view = await harbour.post(VIEWS, {**BIG, **fields}, roles=["sailor"], user_id=user_id)
    assert status == 201, view
    return dict(view)


async def seen_by(harbour: Running, user_id: str, query: str = "service=harbour") -> list[str]:
    status, body = await harbour.get(f"{VIEWS}?{query}", roles=["sailor"], user_id=user_id)
    assert status == 200, body
    return [view["id"] for view in body["value"]]


async def test_a_view_is_kept_as_it_was_said_under_an_id_of_its_service(harbour: Running) -> None:
    view = await saved(harbour, "ann")

    assert {name: view[name] for name in BIG} == BIG
    assert (view["visibility"], view["owner_id"], view["version"]) == ("private", "ann", 1)
    assert view["id"].startswith("harbour-")
    assert await harbour.get(f"{VIEWS}/{view['id']}", roles=["sailor"], user_id="ann") == (200, view)


async def test_a_view_is_seen_by_those_it_is_for(harbour: Running) -> None:
    private = await saved(harbour, "ann")
    team = await saved(harbour, "ann", visibility="team", team_id="crew")
    everyone = await saved(harbour, "ann", visibility="everyone")

    assert await seen_by(harbour, "ann") == [private["id"], team["id"], everyone["id"]]
    assert await seen_by(harbour, "ben") == [team["id"], everyone["id"]]
    assert await seen_by(harbour, "cid") == [everyone["id"]]
    assert (await harbour.get(f"{VIEWS}/{team['id']}", roles=["sailor"], user_id="cid"))[0] == 404


async def test_a_view_of_what_one_may_not_read_is_not_shown(harbour: Running) -> None:
    shared = await saved(harbour, "ann", visibility="everyone")
    _, body = await harbour.get(f"{VIEWS}?service=harbour", roles=["read_only"], user_id="dov")

    assert body["value"] == []
    assert (await harbour.get(f"{VIEWS}/{shared['id']}", roles=["read_only"], user_id="dov"))[0] == 404
    assert (await harbour.post(VIEWS, BIG, roles=["read_only"], user_id="dov"))[0] == 403


async def test_views_are_listed_by_collection_and_filtered(harbour: Running) -> None:
    boats = await saved(harbour, "ann", name="Boats")
    status, _ = await harbour.post(VIEWS, {"collection": "berths", "name": "Berths"}, user_id="ann")

    assert status == 201
    assert await seen_by(harbour, "ann", "collection=boats") == [boats["id"]]
    assert await seen_by(harbour, "ann", "service=harbour&$filter=name eq 'Boats'") == [boats["id"]]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"filter": "colour eq 'red'"}, "/filter"),
        ({"filter": "name eq"}, "/filter"),
        ({"orderby": "name down"}, "/orderby"),
        ({"select": "colour"}, "/select"),
        ({"expand": "owner"}, "/expand"),
        ({"collection": "cars"}, "/collection"),
        ({"name": ""}, "/name"),
        ({"visibility": "some"}, "/visibility"),
        ({"visibility": "team"}, "/team_id"),
        ({"visibility": "team", "team_id": "others"}, "/team_id"),
        ({"team_id": "crew"}, "/team_id"),
        ({"owner_id": "ben"}, "/owner_id"),
    ],
)
async def test_what_no_list_would_take_is_refused(harbour: Running, fields: dict[str, str], pointer: str) -> None:
    view = await saved(harbour, "ann")

    for method, path, body in (("POST", VIEWS, {**BIG, **fields}), ("PATCH", f"{VIEWS}/{view['id']}", fields)):
        status, problem = await harbour.request(method, path, body, roles=["sailor"], user_id="ann")
        assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_only_its_owner_and_administrators_change_a_view(harbour: Running) -> None:
    view = await saved(harbour, "ann", visibility="everyone")
    path = f"{VIEWS}/{view['id']}"

    assert (await harbour.patch(path, {"name": "Mine"}, roles=["sailor"], user_id="ben"))[0] == 403
    assert (await harbour.delete(path, roles=["sailor"], user_id="ben"))[0] == 403
    assert (await harbour.patch(path, {"name": "Ours"}))[1]["name"] == "Ours"
    status, changed = await harbour.patch(path, {"filter": None}, roles=["sailor"], user_id="ann")
    assert (status, changed["filter"], changed["orderby"], changed["version"]) == (200, "", "name desc", 3)


async def test_a_stale_change_is_refused(harbour: Running) -> None:
    view = await saved(harbour, "ann")
    path = f"{VIEWS}/{view['id']}"
    await harbour.patch(path, {"name": "Second"})

    assert (await harbour.patch(path, {"name": "Third"}, headers={"If-Match": '"1"'}))[0] == 412
    assert (await harbour.delete(path, headers={"If-Match": '"2"'}))[0] == 204
    assert (await harbour.get(path))[0] == 404
