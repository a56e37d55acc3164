"""Every event is a CloudEvent 1.0 in structured JSON mode."""

import re
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from libs.contracts.envelope import CONTENT_TYPE, Envelope, MalformedEvent, UnknownVersion, schema_of
from libs.contracts.publishers import BY_TYPE
from libs.contracts.schema import ENVELOPE
from tests.contracts.announcing import announced
from tests.contracts.keeping import sample_file

# The specification's section 3, as a schema: written here from its text, not from our code.
NON_EMPTY: dict[str, Any] = {"type": "string", "minLength": 1}
URI: dict[str, Any] = {**NON_EMPTY, "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"}
CLOUD_EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": NON_EMPTY,
        "source": {**NON_EMPTY, "pattern": r"^[^\s<>{}|\\^`]+$"},
        "type": NON_EMPTY,
        "subject": NON_EMPTY,
        "time": {**NON_EMPTY, "format": "date-time", "pattern": r"(Z|[+-]\d\d:\d\d)$"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": URI,
        "data": {},
    },
    "patternProperties": {"^[a-z0-9]{1,20}$": True},
    "additionalProperties": {"type": ["boolean", "integer", "string"]},
}
EXTENSION = re.compile(r"[a-z0-9]{1,20}")
LARGEST_INTEGER = 2**31 - 1
EVENTS = sorted(BY_TYPE)


def errors(schema: dict[str, Any], event: Any) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)]


@pytest.mark.parametrize("type_", EVENTS)
def test_every_event_is_a_cloud_event(type_: str) -> None:
    event = announced(BY_TYPE[type_])

    assert errors(CLOUD_EVENT, event) == []
    assert event["type"] == type_
    assert event["dataschema"] == schema_of(type_)


@pytest.mark.parametrize("type_", EVENTS)
def test_every_event_is_what_our_schema_of_the_envelope_says(type_: str) -> None:
    assert errors(ENVELOPE, announced(BY_TYPE[type_])) == []


def test_extensions_have_names_and_values_that_cloud_events_allow() -> None:
    event = announced(BY_TYPE["sales.lead.created"])
    extensions = {name: value for name, value in event.items() if name not in CLOUD_EVENT["properties"]}

    assert extensions.keys() == {
        "epoch", "sequence", "correlationid", "causationid", "actorid", "via", "traceparent"
    }  # fmt: skip
    assert [name for name in extensions if not EXTENSION.fullmatch(name)] == []
    assert all(isinstance(value, str) or 0 < value <= LARGEST_INTEGER for value in extensions.values())


def test_what_is_written_is_read_back_the_same() -> None:
    body = sample_file("sales.opportunity.won").read_bytes()

    envelope = Envelope.from_json(body)

    assert Envelope.from_json(envelope.to_json()) == envelope
    assert isinstance(envelope.time, datetime)
    assert envelope.time.tzinfo is not None


def test_absent_attributes_are_left_out_and_none_is_null() -> None:
    event = announced(BY_TYPE["sales.lead.created"])
    alone = {name: value for name, value in event.items() if name not in {"causationid", "actorid", "traceparent"}}

    written = Envelope.from_attributes(alone).attributes()

    assert None not in written.values()
    assert not {"causationid", "actorid", "traceparent"} & written.keys()


def test_the_media_type_is_that_of_structured_json() -> None:
    assert CONTENT_TYPE == "application/cloudevents+json"


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "subject", "time", "sequence", "data"])
def test_what_lacks_an_attribute_is_malformed(attribute: str) -> None:
    event = announced(BY_TYPE["sales.lead.created"])
    del event[attribute]

    with pytest.raises(MalformedEvent):
        Envelope.from_attributes(event)


def test_another_major_version_is_told_apart_from_a_malformed_event() -> None:
    event = announced(BY_TYPE["sales.lead.created"]) | {"dataschema": "urn:tandem:event:sales.lead.created:v2"}

    with pytest.raises(UnknownVersion):
        Envelope.from_attributes(event)
