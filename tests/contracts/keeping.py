"""What is kept of released contracts, and what a later form must not do to it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from libs.contracts import schema
from libs.contracts.envelope import SCHEMA_VERSION
from libs.contracts.publishers import PUBLISHERS

SAMPLES: Final = Path(__file__).parent / "samples"
SCHEMAS: Final = Path(schema.__file__).parent / "schemas"

_SAID_FOR_PEOPLE: Final = frozenset({"title", "description"})


def sample_file(type_: str) -> Path:
    return SAMPLES / f"{type_}.json"


@cache
def schema_files() -> dict[Path, schema.Schema]:
    """Each kept document's file, with the document as the classes say it today."""
    documents = {"envelope": schema.ENVELOPE}
    documents |= {publisher: schema.schemas_of(publisher, events) for publisher, events in PUBLISHERS.items()}
    return {SCHEMAS / f"{name}.{SCHEMA_VERSION}.json": document for name, document in documents.items()}


def read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def write(file: Path, document: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def lost(kept: object, current: object, at: str = "") -> Iterator[str]:
    """Members of a kept sample that its current form lacks, or has with another JSON type."""
    if json_type(kept) != json_type(current):
        yield f"{at or '/'} was {json_type(kept)}, is {json_type(current)}"
    elif isinstance(kept, Mapping) and isinstance(current, Mapping):
        for name, value in kept.items():
            if name in current:
                yield from lost(value, current[name], f"{at}/{name}")
            else:
                yield f"{at}/{name} is gone"
    elif isinstance(kept, list) and isinstance(current, list) and kept:
        yield from lost(kept[0], current[0] if current else None, f"{at}/0")


def json_type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def broken(kept: object, current: object, at: str = "#") -> Iterator[str]:
    """What differs between a kept schema and its current form, but for members that may be there or not.

    A narrower type would refuse what is kept, a wider one surprise those who read it, and so would one more value of an
    enumeration; a member that becomes required is missing from events of before.
    """
    if not isinstance(kept, Mapping) or not isinstance(current, Mapping):
        if kept != current:
            yield f"{at} was {json.dumps(kept)}, is {json.dumps(current)}"
        return
    adds = at == "#/$defs" or at.endswith("/properties")
    for name in kept.keys() | (set() if adds else current.keys()):
        if name in _SAID_FOR_PEOPLE and not adds:
            continue
        if name in kept and name in current:
            yield from broken(_comparable(name, kept[name]), _comparable(name, current[name]), f"{at}/{name}")
        elif not (name == "properties" and name not in kept):
            yield f"{at}/{name} is {'gone' if name in kept else 'new'}"


def _comparable(name: str, value: object) -> object:
    return sorted(value) if name in {"required", "enum"} and isinstance(value, list) else value
