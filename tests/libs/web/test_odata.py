"""What clients of OData ask beyond filters: records beside records, counts, and where answers are described."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest

from libs.contracts.values import Reference
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
    bound_for: Annotated[Reference | None, LISTED, Lookup.to("ports", "ships", "yards")] = None


FLEET = Service("fleet", resources=(Resource(Port), Resource(Ship)))
ODATA = {"OData-MaxVersion": "4.0"}


@pytest.fixture
async def fleet(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Running]:
    async with running(FLEET, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service


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
