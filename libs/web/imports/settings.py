"""What the routes of imports need of the service they belong to."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from libs.jobs.jobs import JobKind
from libs.web.imports.running import ImportTask
from libs.web.resource import Resource

LARGEST: Final = web.AppKey("largest_import", int)
"""Bytes that a file may have."""

RESOURCES: Final = web.AppKey("importable_resources", dict[str, Resource[Any]])
"""By collection."""

KINDS: Final = web.AppKey("import_kinds", Mapping[str, JobKind[ImportTask]])
"""The job of each action: check, run, undo."""
