"""What the routes of imports need of the service they belong to."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from libs.domain.record import Record
from libs.jobs.jobs import JobKind
from libs.tables.targets import Target, targets_of
from libs.web.imports.running import ImportTask
from libs.web.requests import custom_fields_of
from libs.web.resource import Resource

LARGEST: Final = web.AppKey("largest_import", int)
"""Bytes that a file may have."""

RESOURCES: Final = web.AppKey("importable_resources", dict[str, Resource[Any]])
"""The resources into which files can be imported, by collection."""

KINDS: Final = web.AppKey("import_kinds", Mapping[str, JobKind[ImportTask]])
"""The job of each action: check, run, undo."""


def targets_for(request: web.Request, record_type: type[Record]) -> dict[str, Target]:
    """What an import can fill, the custom fields of today among it."""
    return targets_of(record_type, custom_fields_of(request, record_type.collection).model)
