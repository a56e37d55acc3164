"""The reference of events is what the code says."""

from pathlib import Path

from libs.cli.reference import PUBLISHERS, reference

WRITTEN = Path("docs/reference/events.md")


def test_the_written_reference_is_up_to_date() -> None:
    assert WRITTEN.read_text() == reference(), "run `make docs`"


def test_every_event_is_in_it_with_its_meaning() -> None:
    lines = reference().splitlines()

    for events in PUBLISHERS.values():
        for event in events:
            [line] = [line for line in lines if line.startswith(f"| `{event.type}` |")]
            assert len(line.split("|")[2].strip()) > 10
