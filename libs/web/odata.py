"""What OData v4 wants in an answer, beyond what every client gets."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from libs.store.query.options import RecordQuery

VERSION: Final[Mapping[str, str]] = {"OData-Version": "4.0"}
_ASKED_BY: Final = ("OData-MaxVersion", "OData-Version")


def context_of(request: web.Request, entity_set: str, query: RecordQuery, *, of: str = "") -> Mapping[str, str]:
    """`@odata.context`, which tells a client of OData where the answer is described; others are spared it."""
    if not any(header in request.headers for header in _ASKED_BY):
        return {}
    shape = ",".join((*(query.select or ()), *(f"{expansion.way.name}()" for expansion in query.expand)))
    return {"@odata.context": f"/api/v1/$metadata#{entity_set}{f'({shape})' if shape else ''}{of}"}
