"""Entity sets as the OpenAPI document describes them."""

from typing import Any

from services.gateway.odata.schema import Navigation, Property, Schema, schema_of
from tests.services.gateway.openapi.test_merge import reference

NULLABLE_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}], "x-filterable": True}
SHIP = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "x-filterable": True, "readOnly": True},
        "name": NULLABLE_TEXT,
        "built_on": {"type": "string", "format": "date"},
        "seen_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "crew": {"type": "integer"},
        "price": {"type": "number"},
        "afloat": {"type": "boolean"},
        "state": reference("State"),
        "tags": {"type": "array", "items": {"type": "string"}, "x-filterable": True},
        "home": {"anyOf": [reference("sales.Port"), {"type": "null"}]},
        "calls": {"type": "array", "items": reference("sales.Port")},
        "custom": {"type": "object", "additionalProperties": True},
    },
}
SCHEMAS = {
    "Ship": SHIP,
    "State": {"type": "string", "enum": ["afloat", "sunk"]},
    "sales.Port": {"type": "object", "properties": {"name": {"type": "string"}, "sister": reference("sales.Port")}},
    "Boat": {"oneOf": [reference("Ship"), reference("Raft")]},
    "Raft": {"properties": {"id": {"type": "string"}, "logs": {"type": "integer"}}},
    "Figure": {"properties": {"day": {"type": "string"}}},
}


def listing(record: str, **more: Any) -> dict[str, Any]:
    members = {"value": {"type": "array", "items": reference(record)}}
    answer = {"content": {"application/json": {"schema": {"type": "object", "properties": members}}}}
    return {"get": {"parameters": [{"name": "$filter"}], "responses": {"200": answer}, **more}}


def read(**paths: Any) -> Schema:
    described = {f"/api/v1/{path}": item for path, item in paths.items()}
    return schema_of({"paths": described, "components": {"schemas": SCHEMAS}})


def test_a_list_of_records_is_an_entity_set_with_typed_properties() -> None:
    (ships,) = read(ships=listing("Ship")).entity_sets

    assert (ships.name, ships.type) == ("ships", "Ship")
    assert ships.properties == (
        Property("id", "Edm.String", filterable=True, computed=True),
        Property("name", "Edm.String", filterable=True),
        Property("built_on", "Edm.Date"),
        Property("seen_at", "Edm.DateTimeOffset"),
        Property("crew", "Edm.Int64"),
        Property("price", "Edm.Decimal"),
        Property("afloat", "Edm.Boolean"),
        Property("state", "Edm.String"),
        Property("tags", "Edm.String", many=True, filterable=True),
        Property("home", "sales_Port"),
        Property("calls", "sales_Port", many=True),
        Property("custom", "Open"),
    )


def test_values_within_records_are_complex_types_that_may_contain_themselves() -> None:
    schema = read(ships=listing("Ship"))

    assert schema.complex_types == {
        "sales_Port": (Property("name", "Edm.String"), Property("sister", "sales_Port")),
        "Open": (),
    }


def test_several_kinds_of_record_have_the_properties_of_all() -> None:
    (boats,) = read(boats=listing("Boat")).entity_sets

    assert {"id", "name", "logs"} <= {each.name for each in boats.properties}


def test_ways_that_expand_are_navigations() -> None:
    way = {"home_port": {"by": "home_port_id", "collection": "ports", "many": False}}

    (ships,) = read(ships=listing("Ship", **{"x-expandable": way})).entity_sets

    assert ships.navigations == (Navigation("home_port", "ports", many=False, by="home_port_id"),)


def test_other_lists_are_no_entity_sets() -> None:
    no_options = listing("Ship", parameters=[])
    no_id = listing("Figure")
    of_one = {"ships/{id}/calls": listing("Ship")}
    of_every_service = {"jobs": listing("Ship")}

    assert read(plain=no_options, figures=no_id, **of_one, **of_every_service).entity_sets == ()
