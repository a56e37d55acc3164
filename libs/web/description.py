"""The OpenAPI document of a service as it is now: with the custom fields of its collections."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web
from pydantic.json_schema import models_json_schema

from libs.contracts.collections import CUSTOM
from libs.domain.custom_fields import CustomFields
from libs.domain.record import Record, draft_of, revision_of
from libs.store.documents import to_json
from libs.web.answers import json_response
from libs.web.api import Route
from libs.web.openapi import REFERENCE, document
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource


class Description:
    """Written for the first reader, which takes longer than all else that a service does at its start, and again when a
    custom field has changed.
    """

    def __init__(self, title: str, version: str, routes: Sequence[Route], resources: Iterable[Resource[Any]]) -> None:
        self._about = title, version, tuple(routes)
        self._document: Mapping[str, Any] | None = None
        self._records: list[type[Record]] = [resource.record for resource in resources]
        self._written: tuple[int, bytes] | None = None

    async def answer(self, request: web.Request) -> web.Response:
        if self._document is None:
            self._document = await asyncio.to_thread(document, *self._about)
        directory = request.app[DIRECTORY]
        if self._written is None or self._written[0] != directory.fields_changed:
            fields = {record: directory.custom_fields(record.collection) for record in self._records}
            self._written = directory.fields_changed, to_json(with_custom_fields(self._document, fields))
        return json_response(self._written[1])


def with_custom_fields(document: Mapping[str, Any], fields: Mapping[type[Record], CustomFields]) -> Mapping[str, Any]:
    """The document with `custom` of every kind of record described as far as it has fields."""
    schemas = dict(document["components"]["schemas"])
    for record, custom in fields.items():
        if not custom.names:
            continue
        described, definitions = models_json_schema([(custom.model, "validation")], ref_template=REFERENCE)
        schemas = {**definitions["$defs"], **schemas}
        values = {**described[custom.model, "validation"], "x-filterable": True}
        for name in _names(record) & schemas.keys():
            properties = {**schemas[name]["properties"], CUSTOM: values}
            schemas[name] = {**schemas[name], "properties": properties}
    return {**document, "components": {**document["components"], "schemas": schemas}}


def _names(record: type[Record]) -> set[str]:
    """What the models of records and of their drafts are called."""
    kinds = record.kinds.values() or (record,)
    return {model.__name__ for kind in kinds for model in (kind, draft_of(kind), revision_of(kind))}
