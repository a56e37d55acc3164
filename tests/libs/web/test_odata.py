"""What clients of OData ask beyond filters: records beside records, counts, and where answers are described."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

import pytest

from libs.contracts.values import Money, Reference
from libs.domain.fields import LISTED, SEARCHED, Line, Lookup
from libs.domain.record import Record
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running, running


class Port(Record, collection="ports", aggregate="fleet.port"):
    name: Annotated[Line, LISTED, SEARCHED]


class Ship(Record, collection="ships", aggregate="fleet.ship"):
    name: Annotated[Line, LISTED]
    home_port_id: Annotated[str | None, LISTED, Lookup.to("ports")] = None
    called_at_ids: Annotated[tuple[str, ...], Lookup.to("ports")] = ()
    length: Annotated[int | None, LISTED] = None
    price: Annotated[Money | None, LISTED] = None
    bound_for: Annotated[Reference | None, LISTED, Lookup.to("ports", "ships", "yards")] = None


FLEET = Service("fleet", resources=(Resource(Port), Resource(Ship)))
ODATA = {"OData-MaxVersion": "4.0"}


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(FLEET, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def fleet(started: Running) -> Running:
    await started.reset()
    return started


async def given(fleet: Running, collection: str, **fields: Any) -> dict[str, Any]:
    status, created = await fleet.post(f"/api/v1/{collection}", fields)
    assert status == 201, created
    return dict(created)


async def ships(fleet: Running, query: str) -> list[dict[str, Any]]:
    status, body = await fleet.get(f"/api/v1/ships?{query}")
    assert status == 200, body
    return list(body["value"])


async def test_records_come_beside_those_that_point_to_them(fleet: Running) -> None:
    oslo, riga = [await given(fleet, "ports", name=name) for name in ("Oslo", "Riga")]
    mother = await given(fleet, "ships", name="Ada", home_port_id=oslo["id"])
    bound = {"collection": "ships", "id": mother["id"]}
    await given(fleet, "ships", name="Bea", called_at_ids=[riga["id"], oslo["id"]], bound_for=bound)

    ada, bea = await ships(fleet, "$orderby=name&$expand=home_port,called_at,bound_for_ship,bound_for_port")

    assert (ada["home_port"], ada["called_at"], ada["bound_for_ship"]) == (oslo, [], None)
    assert (bea["home_port"], bea["called_at"]) == (None, [riga, oslo])
    assert (bea["bound_for_ship"], bea["bound_for_port"]) == (mother, None)


async def test_a_selection_within_and_without(fleet: Running) -> None:
    oslo = await given(fleet, "ports", name="Oslo")
    ada = await given(fleet, "ships", name="Ada", home_port_id=oslo["id"])
    shown = {"id": ada["id"], "name": "Ada", "home_port": {"id": oslo["id"], "name": "Oslo"}}
    query = "$select=name&$expand=home_port($select=name)"

    assert await ships(fleet, query) == [shown]
    assert await fleet.get(f"/api/v1/ships/{ada['id']}?{query}") == (200, shown)


async def test_a_removed_record_is_beside_nothing(fleet: Running) -> None:
    oslo = await given(fleet, "ports", name="Oslo")
    await given(fleet, "ships", name="Ada", home_port_id=oslo["id"])
    await fleet.delete(f"/api/v1/ports/{oslo['id']}")

    assert (await ships(fleet, "$expand=home_port"))[0]["home_port"] is None


async def test_what_another_service_owns_does_not_expand(fleet: Running) -> None:
    status, problem = await fleet.get("/api/v1/ships?$expand=bound_for_yard")

    assert (status, problem["errors"][0]["pointer"]) == (422, "$expand")
    assert "bound_for_port, bound_for_ship, called_at, home_port" in problem["detail"]


async def test_a_count_is_a_number_alone(fleet: Running) -> None:
    for name in ("Oslo", "Bergen", "Odessa"):
        await given(fleet, "ports", name=name)

    assert await fleet.get("/api/v1/ports/$count") == (200, 3)
    assert await fleet.get("/api/v1/ports/%24count?$filter=startswith(name,'O')&$top=1") == (200, 2)
    assert await fleet.get("/api/v1/ports/$count?$search=berg") == (200, 1)
    assert (await fleet.get("/api/v1/ports/$count?$filter=colour eq 1"))[0] == 422


async def test_one_record_takes_no_option_of_lists(fleet: Running) -> None:
    oslo = await given(fleet, "ports", name="Oslo")

    status, problem = await fleet.get(f"/api/v1/ports/{oslo['id']}?$top=1")

    assert (status, problem["errors"][0]["code"]) == (422, "unknown_option")


@pytest.mark.parametrize(
    ("query", "described"),
    [
        ("", "ships"),
        ("?$select=name", "ships(name)"),
        ("?$expand=home_port", "ships(home_port())"),
        ("?$select=name,id&$expand=home_port", "ships(name,id,home_port())"),
    ],
)
async def test_clients_of_odata_are_told_where_the_answer_is_described(
    fleet: Running, query: str, described: str
) -> None:
    ada = await given(fleet, "ships", name="Ada")

    _, many = await fleet.get(f"/api/v1/ships{query}", headers=ODATA)
    _, one = await fleet.get(f"/api/v1/ships/{ada['id']}{query}", headers=ODATA)

    assert many["@odata.context"] == f"/api/v1/$metadata#{described}"
    assert one["@odata.context"] == f"/api/v1/$metadata#{described}/$entity"
    assert next(iter(many)) == next(iter(one)) == "@odata.context"
    assert "@odata.context" not in (await fleet.get(f"/api/v1/ships{query}"))[1]


async def given_a_fleet(fleet: Running) -> None:
    oslo = await given(fleet, "ports", name="Oslo")
    bound = {"collection": "ports", "id": oslo["id"]}
    await given(fleet, "ships", name="Ada", length=10, price=0.1, bound_for=bound)
    await given(fleet, "ships", name="Bea", length=20, price=0.2, bound_for=bound)
    await given(fleet, "ships", name="Cid", length=40)
    removed = await given(fleet, "ships", name="Dov", length=80)
    await fleet.delete(f"/api/v1/ships/{removed['id']}")


async def grouped(fleet: Running, apply: str, more: str = "") -> dict[str, Any]:
    status, body = await fleet.get(f"/api/v1/ships?$apply={quote(apply)}{more}")
    assert status == 200, body
    return dict(body)


async def test_groups_have_exact_figures_of_the_records_that_are_there(fleet: Running) -> None:
    await given_a_fleet(fleet)
    figures = "price with sum as worth,length with average as mean,length with max as longest,$count as ships"

    body = await grouped(fleet, f"groupby((bound_for/name),aggregate({figures}))", "&$orderby=longest desc")

    assert body["value"] == [
        {"bound_for": {"name": None}, "worth": 0, "mean": 40, "longest": 40, "ships": 1},
        {"bound_for": {"name": "Oslo"}, "worth": 0.3, "mean": 15, "longest": 20, "ships": 2},
    ]


async def test_groups_come_in_pages(fleet: Running) -> None:
    await given_a_fleet(fleet)

    first = await grouped(fleet, "filter(length lt 50)/groupby((name))", "&$orderby=name desc&$top=2")
    status, second = await fleet.get(first["@odata.nextLink"])

    assert [group["name"] for group in (*first["value"], *second["value"])] == ["Cid", "Bea", "Ada"]
    assert status == 200
    assert "@odata.nextLink" not in second


async def test_groups_take_no_option_of_records(fleet: Running) -> None:
    status, problem = await fleet.get("/api/v1/ships?$apply=groupby((name))&$select=name&$top=x")

    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == ["$select", "$top"]
