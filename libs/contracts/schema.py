"""JSON Schemas (2020-12) of what is published, made from the classes that publish and read it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from libs.contracts.envelope import SCHEMA_VERSION
from libs.contracts.event import Event

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DEFINED: Final = "#/$defs/{model}"

Schema = dict[str, Any]

_TEXT: Final = {"type": "string", "minLength": 1}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}

ENVELOPE: Final[Schema] = {
    "$schema": DIALECT,
    "$id": f"urn:tandem:envelope:{SCHEMA_VERSION}",
    "title": "Envelope",
    "description": "A CloudEvent 1.0 in structured JSON mode, with the extensions that every event of Tandem has.",
    "type": "object",
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema",
        "epoch", "sequence", "correlationid", "via", "data",
    ],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "The same for every delivery of one event; no other event has it."},
        "source": {"type": "string", "format": "uri-reference", "pattern": "^/crm/[a-z_]+$"},
        "type": {"type": "string", "pattern": "^[a-z_]+\\.[a-z_]+\\.[a-z_]+$"},
        "subject": {"type": "string", "pattern": "^[a-z_]+/.+$", "description": "The record: <collection>/<id>."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "pattern": f":{SCHEMA_VERSION}$"},
        "epoch": {**_COUNT, "description": "Counts the restores of the source's database from backup."},
        "sequence": {**_COUNT, "description": "The version of the record after the event."},
        "correlationid": {**_TEXT, "description": "Shared by all that came of one request."},
        "causationid": {**_TEXT, "description": "The event that this one follows from."},
        "actorid": {**_TEXT, "description": "The user for whom it was done."},
        "via": {"type": "string", "description": "How it came in: ui, api_key, import, automation or event."},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
        "data": {"type": "object", "required": ["record", "access"]},
    },
}  # fmt: skip

_COMMON: Final[Schema] = {
    "Changed": {
        "description": "Field → what it was and what it is; absent where nothing but the version changed.",
        "type": "object",
        "additionalProperties": {"type": "object", "required": ["before", "after"]},
    },
    "Access": {
        "description": "Whose the record is, for those who show it to others.",
        "type": "object",
        "required": ["owner", "teams", "shares"],
        "properties": {
            "owner": {"type": ["string", "null"]},
            "teams": {"type": "array", "items": {"type": "string"}},
            "shares": {"type": "array"},
            "parent": {
                "description": "The record it hangs on, such as the customer of a case.",
                "type": ["object", "null"],
                "required": ["collection", "id"],
                "properties": {"collection": {"type": "string"}, "id": {"type": "string"}},
            },
        },
    },
}


def schemas_of(publisher: str, events: Sequence[type[Event[Any]]]) -> Schema:
    """One document with a definition for the `data` of each event, under its type, and for what these refer to.

    Members that a definition does not name may be there all the same; readers ignore them.
    """
    classes: list[type[BaseModel]] = [*events, *dict.fromkeys(event.snapshot for event in events)]
    described: list[tuple[type[BaseModel], Literal["validation"]]] = [(each, "validation") for each in classes]
    references, definitions = models_json_schema(described, ref_template=_DEFINED)
    shared: Schema = definitions["$defs"]
    own = {event.type: shared.pop(event.__name__) for event in events}
    return {
        "$schema": DIALECT,
        "$id": f"urn:tandem:events:{publisher}:{SCHEMA_VERSION}",
        "title": f"What {publisher} announces",
        "$defs": {
            **{event.type: _data(own[event.type], references[event.snapshot, "validation"]) for event in events},
            **_COMMON,
            **{name: _open(schema) for name, schema in shared.items()},
        },
    }


def _data(own: Schema, record: Schema) -> Schema:
    return {
        **{name: text for name, text in own.items() if name in {"title", "description"}},
        "type": "object",
        "required": ["record", "access", *own.get("required", ())],
        "properties": {
            "record": record,
            "changed": {"$ref": "#/$defs/Changed"},
            "access": {"$ref": "#/$defs/Access"},
            **_open(own.get("properties", {})),
        },
    }


def _open(schema: Any) -> Any:
    """The schema without what binds a writer only, and without titles that repeat the name above them."""
    match schema:
        case Mapping():
            return {name: _open(each) for name, each in schema.items() if not _says_nothing(name, each, schema)}
        case list():
            return [_open(each) for each in schema]
        case _:
            return schema


def _says_nothing(name: str, value: object, schema: Mapping[str, Any]) -> bool:
    match name:
        case "additionalProperties":
            return value is False
        case "title":
            return isinstance(value, str) and "properties" not in schema
    return False
