"""The service document, `$metadata`, and the addresses that clients of OData make from them."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from aiohttp import web

from services.gateway.odata.keys import plain
from tests.services.gateway.odata.test_schema import SCHEMAS, listing
from tests.services.gateway.upstream import Running

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
WAY = {"sister": {"by": "name", "collection": "ships", "many": False}}
OUTWARD = {"owner": {"by": "owner_id", "collection": "elsewhere", "many": False}}


def describe_ships(gateway: Running) -> None:
    async def send(request: web.Request) -> web.Response:
        paths = {"/api/v1/ships": listing("Ship", **{"x-expandable": WAY | OUTWARD})}
        described: dict[str, Any] = {"paths": {}} if request.match_info["service"] != "sales" else {"paths": paths}
        return web.json_response({**described, "components": {"schemas": SCHEMAS}})

    gateway.services.answers["/openapi.json"] = send


async def metadata_of(gateway: Running) -> Element:
    answer = await gateway.client.get("/api/v1/$metadata")
    assert (answer.status, answer.content_type, answer.headers["OData-Version"]) == (200, "application/xml", "4.0")
    return fromstring(await answer.read())  # noqa: S314  # our own document


async def test_the_service_document_names_every_entity_set(gateway: Running) -> None:
    describe_ships(gateway)

    answer = await gateway.client.get("/api/v1/")

    assert await answer.json() == {
        "@odata.context": "$metadata",
        "value": [{"name": "ships", "kind": "EntitySet", "url": "ships"}],
    }


async def test_the_metadata_describe_types_and_keys(gateway: Running) -> None:
    describe_ships(gateway)

    root = await metadata_of(gateway)

    [ship] = root.iter(f"{EDM}EntityType")
    assert (ship.get("Name"), ship.find(f"{EDM}Key/{EDM}PropertyRef").get("Name")) == ("Ship", "id")  # type: ignore[union-attr]
    properties = {each.get("Name"): each.attrib for each in ship.iter(f"{EDM}Property")}
    assert properties["id"] == {"Name": "id", "Type": "Edm.String", "Nullable": "false"}
    assert properties["price"] == {"Name": "price", "Type": "Edm.Decimal", "Scale": "variable"}
    assert properties["calls"]["Type"] == "Collection(Tandem.sales_Port)"
    [entity_set] = root.iter(f"{EDM}EntitySet")
    assert (entity_set.get("Name"), entity_set.get("EntityType")) == ("ships", "Tandem.Ship")


async def test_navigations_lead_to_entity_sets_that_are_there(gateway: Running) -> None:
    describe_ships(gateway)

    root = await metadata_of(gateway)

    assert [each.attrib for each in root.iter(f"{EDM}NavigationProperty")] == [
        {"Name": "sister", "Type": "Tandem.Ship"}
    ]
    assert [each.attrib for each in root.iter(f"{EDM}NavigationPropertyBinding")] == [
        {"Path": "sister", "Target": "ships"}
    ]


async def test_clients_are_told_what_does_not_filter(gateway: Running) -> None:
    describe_ships(gateway)

    root = await metadata_of(gateway)

    closed = {
        value.get("Property"): [path.text for path in value.iter(f"{EDM}PropertyPath")]
        for value in root.iter(f"{EDM}PropertyValue")
    }
    assert "name" not in closed["NonFilterableProperties"]
    assert {"crew", "custom"} <= set(closed["NonFilterableProperties"])
    assert set(closed["NonSortableProperties"]) - set(closed["NonFilterableProperties"]) == {"tags"}


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/api/v1/leads('42')", "/api/v1/leads/42"),
        ("/api/v1/leads(%2742%27)?$select=topic", "/api/v1/leads/42?$select=topic"),
        ("/api/v1/leads('0192-ab')/qualify", "/api/v1/leads/0192-ab/qualify"),
        ("/api/v1/leads", "/api/v1/leads"),
        ("/api/v1/leads/$count?$filter=id%20in%20('42')", "/api/v1/leads/$count?$filter=id%20in%20('42')"),
        ("/api/v1/leads('..')", "/api/v1/leads('..')"),
        ("/api/v1/leads('a/../b')", "/api/v1/leads('a/../b')"),
    ],
)
async def test_a_key_in_brackets_is_a_path_to_the_service(gateway: Running, asked: str, sent: str) -> None:
    assert plain(asked) == sent


async def test_the_owner_is_asked_by_its_own_path(gateway: Running) -> None:
    await gateway.client.get("/api/v1/leads('42')", headers=gateway.bearer())

    assert [seen.path for seen in gateway.services.seen] == ["/api/v1/leads/42"]
