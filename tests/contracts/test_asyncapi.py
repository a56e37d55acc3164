"""The AsyncAPI document is one for the official parser and its schema, and its payloads are the events."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from libs.bus.settings import BusSettings
from libs.contracts.asyncapi import EXCHANGE, document
from libs.contracts.publishers import BY_TYPE
from tests.contracts.asyncapi import Parser
from tests.contracts.keeping import SAMPLES, read

KEPT = {file.stem: read(file) for file in SAMPLES.glob("*.json")}
ADVICE = "asyncapi-latest-version"
"""That there is a newer version of AsyncAPI is no fault: fewer tools read that."""


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(KEPT)


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser.installed()


def parsed(parser: Parser, described: dict[str, Any], folder: Path) -> tuple[int, list[str]]:
    """How many channels the parser finds, and its faults."""
    file = folder / "asyncapi.json"
    file.write_text(json.dumps(described))
    said = parser.parse(file)
    return said["channels"], [each for each in said["found"] if not each.startswith(ADVICE)]


def test_the_official_parser_finds_every_channel_and_no_fault(
    described: dict[str, Any], parser: Parser, tmp_path: Path
) -> None:
    assert parsed(parser, described, tmp_path) == (len(BY_TYPE), [])


def test_the_parser_finds_what_is_missing(described: dict[str, Any], parser: Parser, tmp_path: Path) -> None:
    components = {name: each for name, each in described["components"].items() if name != "schemas"}

    _, faults = parsed(parser, {**described, "components": components}, tmp_path)

    assert faults


def test_the_document_is_what_the_schema_of_asyncapi_says(described: dict[str, Any], parser: Parser) -> None:
    validator = Draft7Validator(parser.schema)

    assert [error.message for error in validator.iter_errors(described)] == []
    assert list(validator.iter_errors({**described, "channels": {"x": {"adress": "x"}}}))


@pytest.mark.parametrize("type_", sorted(KEPT))
def test_a_payload_is_described_as_it_is_sent(described: dict[str, Any], type_: str) -> None:
    payload = Draft202012Validator({**described, "$ref": f"#/components/messages/{type_}/payload"})

    assert list(payload.iter_errors(KEPT[type_])) == []
    assert list(payload.iter_errors({**KEPT[type_], "type": "sales.lead.forgotten"}))
    assert list(payload.iter_errors({**KEPT[type_], "data": {}}))


def test_channels_are_where_events_are_published(described: dict[str, Any]) -> None:
    assert BusSettings().exchange == EXCHANGE
    assert {channel["address"] for channel in described["channels"].values()} == BY_TYPE.keys()
