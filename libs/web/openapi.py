"""The OpenAPI 3.1 document of a service, from its route table and its models."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from libs.domain.kinds import described
from libs.domain.record import Record
from libs.web.api import LIST_OPTIONS, Anyone, Route

REFERENCE: Final = "#/components/schemas/{model}"

Mode = Literal["validation", "serialization"]
Described = tuple[type[BaseModel], Mode]
References = dict[Described, Any]

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem document.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what a program decides by."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the wrong input."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

_SECURITY: Final[dict[str, Any]] = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}

_BULK: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["records"],
    "properties": {"records": {"type": "array", "maxItems": 1000, "items": {"type": "object"}}},
}

_IMPORT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file", "collection"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV or XLSX, the first row with titles"},
        "collection": {"type": "string"},
        "mapping": {"type": "string", "description": "as JSON, or the name of a saved one; guessed without it"},
        "mode": {"enum": ["create", "upsert"]},
        "key": {"type": "string", "description": "the field by which records are found"},
        "dry_run": {"enum": ["true", "false"], "description": "true checks the file at once"},
    },
}

_FILE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "content_type": {"type": "string", "description": "of the file; without it, what its part says"},
    },
}


def document(title: str, version: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The whole document. Bodies are described as they are read, answers as they are written."""
    schemas, references = _schemas(routes)
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM, **schemas}, "securitySchemes": _SECURITY},
    }


class _WireSchemas(GenerateJsonSchema):
    """Amounts are numbers on the wire, also as defaults."""

    def encode_default(self, dft: Any) -> Any:
        return float(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def _schemas(routes: Iterable[Route]) -> tuple[dict[str, Any], References]:
    wanted: dict[Described, None] = {}
    for route in routes:
        if route.body:
            wanted[route.body, "validation"] = None
        if route.answer:
            wanted[_described(route.answer), "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=REFERENCE, schema_generator=_WireSchemas)
    described = {(model, mode): each for (model, mode), each in references.items() if issubclass(model, BaseModel)}
    return definitions.get("$defs", {}), described


def _described(answer: type[BaseModel]) -> type[BaseModel]:
    return described(answer) if issubclass(answer, Record) else answer


def _operation(route: Route, references: References) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.path.removeprefix("/api/v1/").split("/")[0]],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {
            str(route.status): _success(route, references),
            "default": {
                "description": "What went wrong",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
        "security": [] if isinstance(route.guard, Anyone) else [{"token": []}, {"api_key": []}],
    }
    if route.ways:
        operation["x-expandable"] = {
            way.name: {"by": way.field, "collection": way.collection, "many": way.many} for way in route.ways.values()
        }
    if route.body is not None:
        operation["requestBody"] = _content(references[route.body, "validation"], patch=route.method == "PATCH")
    elif route.raw_body == "bulk":
        operation["requestBody"] = _content(_BULK, patch=False)
    elif route.raw_body == "import":
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _IMPORT}}}
    elif route.raw_body == "calendar":
        operation["requestBody"] = {"required": True, "content": {"text/calendar": {"schema": {"type": "string"}}}}
    elif route.raw_body == "file":
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}
    return operation


def _content(schema: Any, *, patch: bool) -> dict[str, Any]:
    types = ("application/merge-patch+json", "application/json") if patch else ("application/json",)
    return {"required": not patch, "content": {type_: {"schema": schema} for type_ in types}}


def _success(route: Route, references: References) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done"}
    if route.media:
        kinds = {each.partition(";")[0]: {"schema": {"type": "string"}} for each in route.media}
        return {"description": "The answer", "content": kinds}
    schema: Any = {"type": "object"} if route.answer is None else references[_described(route.answer), "serialization"]
    if route.lists:
        members = {
            "value": {"type": "array", "items": schema},
            "@odata.count": {"type": "integer"},
            "@odata.nextLink": {"type": "string"},
        }
        schema = {"type": "object", "required": ["value"], "properties": members}
    return {"description": "The answer", "content": {"application/json": {"schema": schema}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    options = LIST_OPTIONS if route.lists and route.options is None else route.options or {}
    return [
        {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}
        for name, description in options.items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    names = []
    if route.method == "POST" and not isinstance(route.guard, Anyone):
        names.append("Idempotency-Key")
    if route.method in {"PATCH", "DELETE"} or (route.method == "POST" and "{id}" in route.path):
        names.append("If-Match")
    return [{"name": name, "in": "header", "schema": {"type": "string"}} for name in names]
