"""The reference of events is what the code says."""

import json
from pathlib import Path

from libs.cli.reference import asyncapi_document, reference
from libs.contracts.asyncapi import document
from libs.contracts.publishers import PUBLISHERS
from tests.contracts.keeping import SAMPLES, read

WRITTEN = Path("docs/reference/events.md")
ASYNCAPI = Path("docs/reference/asyncapi.json")


def test_the_written_reference_is_up_to_date() -> None:
    assert WRITTEN.read_text() == reference(), "run `make docs`"


def test_the_written_asyncapi_document_is_up_to_date() -> None:
    described = document({file.stem: read(file) for file in SAMPLES.glob("*.json")})

    assert json.loads(ASYNCAPI.read_text()) == described, "run `make docs`"
    assert ASYNCAPI.read_text() == asyncapi_document(SAMPLES), "run `make docs`"


def test_every_event_is_in_it_with_its_meaning() -> None:
    lines = reference().splitlines()

    for events in PUBLISHERS.values():
        for event in events:
            [line] = [line for line in lines if line.startswith(f"| `{event.type}` |")]
            assert len(line.split("|")[2].strip()) > 10
