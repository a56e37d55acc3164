"""`tandem docs`: the reference of events, written from the classes that publish and read them."""

from collections.abc import Iterator, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel
from rich.console import Console

from libs.contracts import activity, identity, marketing, sales, service
from libs.contracts.event import Event

PUBLISHERS: Final = {
    "identity": identity.EVENTS,
    "sales": sales.EVENTS,
    "marketing": marketing.EVENTS,
    "service": service.EVENTS,
    "activity": activity.EVENTS,
}
_TARGET: Final = Path("docs/reference/events.md")

_HEAD: Final = """# Events

Written by `make docs` from `libs/contracts`. What an event is, how to subscribe and what to expect of order and
repetition stands in [events.md](../events.md); the JSON Schemas lie in `libs/contracts/schemas`.
"""


def write_reference(
    target: Annotated[Path, typer.Option(help="The file to write.")] = _TARGET,
) -> None:
    """Write the reference of events anew."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(reference())
    Console(highlight=False).print(f"{target} is written.")


def reference() -> str:
    return "\n".join([_HEAD, *(part for name, events in PUBLISHERS.items() for part in _publisher(name, events))])


def _publisher(name: str, events: Sequence[type[Event[Any]]]) -> Iterator[str]:
    yield f"## {name}\n"
    yield "| event | when | fields of its own |\n|---|---|---|"
    for event in events:
        own = ", ".join(f"`{field}`" for field in event.model_fields) or "none"
        yield f"| `{event.type}` | {_meaning(event)} | {own} |"
    yield ""
    for snapshot in dict.fromkeys(event.snapshot for event in events):
        fields = ", ".join(f"`{field}`" for field in snapshot.model_fields)
        yield f"`record` of {_kinds(snapshot, events)}: {fields}\n"


def _meaning(event: type[Event[Any]]) -> str:
    if event.__doc__ and event.__doc__ != Event.__doc__:
        return " ".join(cleandoc(event.__doc__).split())
    _, aggregate, verb = event.type.split(".")
    article = "An" if aggregate[0] in "aeiou" else "A"
    return f"{article} {aggregate.replace('_', ' ')} was {verb.replace('_', ' ')}."


def _kinds(snapshot: type[BaseModel], events: Sequence[type[Event[Any]]]) -> str:
    aggregates = dict.fromkeys(event.type.rpartition(".")[0] for event in events if event.snapshot is snapshot)
    return ", ".join(f"`{aggregate}.*`" for aggregate in aggregates)
