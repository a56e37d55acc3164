"""Whether what one schema lets out, another takes in."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


class Pair:
    """A writer's and a reader's schema, each with the definitions that it refers to."""

    def __init__(self, writer: Schema, reader: Schema) -> None:
        self._writers = writer.get("$defs", {})
        self._readers = reader.get("$defs", {})

    def misfits(self, writer: Schema, reader: Schema, at: str) -> Iterator[str]:
        """What the writer may write and the reader would refuse."""
        readers = list(_alternatives(reader, self._readers))
        for written in _alternatives(writer, self._writers):
            if any(not list(self._refused(written, read, at)) for read in readers):
                continue
            if len(readers) == 1:
                yield from self._refused(written, readers[0], at)
            else:
                yield f"{at}: {_told(written)} is not among {', '.join(map(_told, readers))}"

    def _refused(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        if read.get("type") and not _type_fits(written.get("type"), read["type"]):
            yield f"{at}: {_told(written)} is not {_told(read)}"
        elif "enum" in read and not _values(written) <= _values(read):
            yield f"{at}: {', '.join(sorted(map(str, _values(written) - _values(read)))) or _told(written)} is unknown"
        elif "format" in read and written.get("format") != read["format"]:
            yield f"{at}: {_told(written)} is no {read['format']}"
        elif read.get("type") == "array":
            yield from self.misfits(written.get("items", {}), read.get("items", {}), f"{at}/0")
        elif "properties" in read:
            yield from self._members_refused(written, read, at)

    def _members_refused(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        for name, member in read["properties"].items():
            if name in written.get("properties", {}):
                yield from self.misfits(written["properties"][name], member, f"{at}/{name}")
            elif name in read.get("required", ()):
                yield f"{at}/{name} is never written"


def _alternatives(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _alternatives(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _alternatives(each, definitions)
    else:
        yield schema


def _values(schema: Schema) -> set[Any]:
    """The values of an enumeration; a stand-in for all values where it is none."""
    return {schema["const"]} if "const" in schema else set(schema.get("enum", ["anything"]))


def _type_fits(written: str | None, read: str) -> bool:
    return written == read or (written, read) == ("integer", "number")


def _told(schema: Schema) -> str:
    return str(schema.get("type", "anything"))
