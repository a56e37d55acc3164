"""The entity sets of the CRM, read from the OpenAPI document: pure, so that there is one description of each record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from services.gateway.openapi.merge import Json
from services.gateway.ownership import BASE, SHARED

KEY: Final = "id"
OPEN: Final = "Open"
"""The complex type of what has members that no schema names."""

_PRIMITIVES: Final[Mapping[tuple[object, object], str]] = {
    ("string", "date-time"): "Edm.DateTimeOffset",
    ("string", "date"): "Edm.Date",
    ("string", None): "Edm.String",
    ("integer", None): "Edm.Int64",
    ("number", None): "Edm.Decimal",
    ("boolean", None): "Edm.Boolean",
}
"""Types of OData, by the type and format in JSON Schema."""

_REFERENCE: Final = "#/components/schemas/"
_ALTERNATIVES: Final = ("oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a type. `type` is a simple name of this schema, or one that begins with `Edm.`."""

    name: str
    type: str
    many: bool = False
    filterable: bool = False
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from one record to another of the same service, taken by `$expand`. `by` is the property with its id."""

    name: str
    entity_set: str
    many: bool
    by: str


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A collection that answers OData queries, and the type of its records."""

    name: str
    type: str
    properties: tuple[Property, ...]
    navigations: tuple[Navigation, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """All entity sets, and the types of the values within their records."""

    entity_sets: tuple[EntitySet, ...]
    complex_types: Mapping[str, tuple[Property, ...]]

    def entity_set(self, name: str) -> EntitySet | None:
        return next((each for each in self.entity_sets if each.name == name), None)


def schema_of(document: Json) -> Schema:
    """What the collections of a merged OpenAPI document are in OData's terms."""
    reading = _Reading(cast(Mapping[str, Mapping[str, Json]], document.get("components", {})).get("schemas", {}))
    entity_sets = tuple(
        reading.entity_set(name, record, operation) for name, record, operation in _lists(document, reading)
    )
    return Schema(entity_sets, reading.complex_types)


def _lists(document: Json, reading: "_Reading") -> Iterator[tuple[str, Json, Json]]:
    """The lists of records that take query options: name, what describes a record, the operation.

    Collections that every service has are not among them: their lists need to be told whose.
    """
    for path, item in cast(Mapping[str, Mapping[str, Json]], document.get("paths", {})).items():
        name, operation = path.removeprefix(BASE), item.get("get", {})
        record = _listed(operation)
        options = {parameter.get("name") for parameter in cast(list[Json], operation.get("parameters", []))}
        if record is None or "/" in name or name in SHARED:
            continue
        if "$filter" in options and KEY in reading.members(record):
            yield name, record, operation


def _listed(operation: Json) -> Json | None:
    """What describes one entry of `value` in the answer."""
    here: object = operation
    for step in ("responses", "200", "content", "application/json", "schema", "properties", "value", "items"):
        here = here.get(step) if isinstance(here, Mapping) else None
    return cast(Json, here) if isinstance(here, Mapping) else None


@dataclass(slots=True)
class _Reading:
    """Reads JSON Schemas; collects the complex types that properties turn out to need."""

    schemas: Mapping[str, Json]
    complex_types: dict[str, tuple[Property, ...]] = field(default_factory=dict)

    def entity_set(self, name: str, record: Json, operation: Json) -> EntitySet:
        ways = cast(Mapping[str, Json], operation.get("x-expandable", {}))
        return EntitySet(
            name,
            _simple(str(record.get("$ref", name))),
            self._properties(record),
            tuple(
                Navigation(way, str(to["collection"]), many=bool(to["many"]), by=str(to["by"]))
                for way, to in ways.items()
            ),
        )

    def members(self, described: Json) -> dict[str, Json]:
        """The properties of an object by name; of several kinds of object, those of all of them."""
        described = self._resolved(described)
        members = dict(cast(Mapping[str, Json], described.get("properties", {})))
        for alternative in _alternatives(described):
            members |= {name: each for name, each in self.members(alternative).items() if name not in members}
        return members

    def _properties(self, described: Json) -> tuple[Property, ...]:
        return tuple(self._property(name, each) for name, each in self.members(described).items())

    def _property(self, name: str, described: Json) -> Property:
        kinds = [each for each in _alternatives(described) if each.get("type") != "null"]
        value = self._resolved(kinds[0] if len(kinds) == 1 else described)
        many = value.get("type") == "array"
        element = cast(Json, value.get("items", {})) if many else (kinds[0] if len(kinds) == 1 else described)
        return Property(
            name,
            self._type(element),
            many=many,
            filterable=described.get("x-filterable") is True,
            computed=described.get("readOnly") is True,
        )

    def _type(self, described: Json) -> str:
        value = self._resolved(described)
        if "enum" in value or "const" in value:
            return "Edm.String"
        kind = value.get("type")
        if primitive := _PRIMITIVES.get((kind, value.get("format")), _PRIMITIVES.get((kind, None))):
            return primitive
        if "properties" in value and "$ref" in described:
            return self._complex(_simple(str(described["$ref"])), described)
        self.complex_types.setdefault(OPEN, ())
        return OPEN

    def _complex(self, name: str, described: Json) -> str:
        if name not in self.complex_types:
            self.complex_types[name] = ()  # known from here on, so that a type may contain itself
            self.complex_types[name] = self._properties(described)
        return name

    def _resolved(self, described: Json) -> Json:
        while isinstance(reference := described.get("$ref"), str):
            described = self.schemas[reference.removeprefix(_REFERENCE)]
        return described


def _alternatives(described: Json) -> list[Json]:
    return [each for keyword in _ALTERNATIVES for each in cast(list[Json], described.get(keyword, []))]


def _simple(reference: str) -> str:
    """A name as OData wants it: the merged document tells namesakes apart by a dot."""
    return reference.removeprefix(_REFERENCE).replace(".", "_")
