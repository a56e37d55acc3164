"""The events as a page to read, made from their AsyncAPI document; it needs no script."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any, Final

Json = Mapping[str, Any]

_HEAD: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tandem CRM events</title>
    <link rel="stylesheet" href="/docs/page.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <nav><a href="/docs">API</a> <b>Events</b></nav>
    <main class="events">
"""
_FOOT: Final = "    </main>\n  </body>\n</html>\n"


def events_page(document: Json) -> str:
    """Every event with its meaning, the fields that it promises, and an example."""
    return "".join((_HEAD, *_contents(document), _FOOT))


def _contents(document: Json) -> Iterator[str]:
    about = document["info"]
    yield f"<h1>Events</h1>\n<p>{escape(about['description'])}</p>\n"
    yield '<p>The same as AsyncAPI 3: <a href="/asyncapi.json">asyncapi.json</a></p>\n'
    messages: Json = document["components"]["messages"]
    for publisher, types in groupby(messages, key=lambda type_: type_.partition(".")[0]):
        yield f"<h2>{escape(publisher)}</h2>\n"
        for type_ in types:
            yield from _event(type_, messages[type_], document["components"]["schemas"])


def _event(type_: str, message: Json, schemas: Json) -> Iterator[str]:
    yield f'<details id="{escape(type_)}"><summary><code>{escape(type_)}</code>'
    yield f"<span>{escape(message['summary'])}</span></summary>\n<table>\n"
    for name, kind in _fields("data", schemas[type_], schemas):
        yield f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td></tr>\n"
    example = json.dumps(message["examples"][0]["payload"], indent=2, ensure_ascii=False)
    yield f"</table>\n<pre>{escape(example)}</pre>\n</details>\n"


def _fields(path: str, schema: Json, schemas: Json) -> Iterator[tuple[str, str]]:
    """The members of `data` and of its record with their types."""
    for name, member in schema.get("properties", {}).items():
        target = _target(member, schemas)
        if name == "record":
            yield from _fields(f"{path}.record", target, schemas)
        else:
            yield f"{path}.{name}", _kind(member, schemas)


def _kind(schema: Json, schemas: Json) -> str:
    schema = _target(schema, schemas)
    match schema:
        case {"anyOf": [*kinds]}:
            return " or ".join(_kind(each, schemas) for each in kinds)
        case {"enum": [*values]}:
            return ", ".join(map(str, values))
        case {"type": "array"}:
            return f"list of {_kind(schema.get('items', {}), schemas)}"
        case _:
            return str(schema.get("format") or schema.get("type", "anything"))


def _target(schema: Json, schemas: Json) -> Json:
    reference = schema.get("$ref")
    return schema if reference is None else schemas[reference.rpartition("/")[2]]
