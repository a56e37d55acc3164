"""`tandem docs`: the reference of events, written from the classes that publish and read them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel
from rich.console import Console

from libs.contracts.asyncapi import document
from libs.contracts.event import Event, meaning_of
from libs.contracts.publishers import PUBLISHERS

_EVENTS: Final = Path("docs/reference/events.md")
_ASYNCAPI: Final = Path("libs/contracts/asyncapi.json")
_SAMPLES: Final = Path("tests/contracts/samples")

_HEAD: Final = """# Events

Written by `make docs` from `libs/contracts`. What an event is, how to subscribe and what to expect of order and
repetition stands in [events.md](../events.md); the JSON Schemas lie in `libs/contracts/schemas`, and
[asyncapi.json](asyncapi.json) is all of it as AsyncAPI 3.
"""


def write_reference(
    events: Annotated[Path, typer.Option(help="The page to write.")] = _EVENTS,
    asyncapi: Annotated[Path, typer.Option(help="The AsyncAPI document to write.")] = _ASYNCAPI,
    samples: Annotated[Path, typer.Option(help="Where a sample of each event lies.")] = _SAMPLES,
) -> None:
    """Write the reference of events anew."""
    console = Console(highlight=False)
    for target, text in ((events, reference()), (asyncapi, asyncapi_document(samples))):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        console.print(f"{target} is written.")


def asyncapi_document(samples: Path) -> str:
    """The document with one line for each channel, message and schema, so that a change shows where it is."""
    described = document({file.stem: json.loads(file.read_text()) for file in samples.glob("*.json")})
    return "".join(_spread(described, depth=3)) + "\n"


def _spread(value: Any, depth: int, indent: str = "\n") -> Iterator[str]:
    if depth == 0 or not isinstance(value, dict) or not value:
        yield json.dumps(value, ensure_ascii=False)
        return
    inner = f"{indent}  "
    for number, (name, each) in enumerate(value.items()):
        yield f"{',' if number else '{'}{inner}{json.dumps(name)}: "
        yield from _spread(each, depth - 1, inner)
    yield f"{indent}}}"


def reference() -> str:
    return "\n".join([_HEAD, *(part for name, events in PUBLISHERS.items() for part in _publisher(name, events))])


def _publisher(name: str, events: Sequence[type[Event[Any]]]) -> Iterator[str]:
    yield f"## {name}\n"
    yield "| event | when | fields of its own |\n|---|---|---|"
    for event in events:
        own = ", ".join(f"`{field}`" for field in event.model_fields) or "none"
        yield f"| `{event.type}` | {meaning_of(event)} | {own} |"
    yield ""
    for snapshot in dict.fromkeys(event.snapshot for event in events):
        fields = ", ".join(f"`{field}`" for field in snapshot.model_fields)
        yield f"`record` of {_kinds(snapshot, events)}: {fields}\n"


def _kinds(snapshot: type[BaseModel], events: Sequence[type[Event[Any]]]) -> str:
    aggregates = dict.fromkeys(event.type.rpartition(".")[0] for event in events if event.snapshot is snapshot)
    return ", ".join(f"`{aggregate}.*`" for aggregate in aggregates)
