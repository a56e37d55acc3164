"""What OData v4 wants in an answer, beyond what every client gets."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

VERSION: Final[Mapping[str, str]] = {"OData-Version": "4.0"}
_ASKED_BY: Final = ("OData-MaxVersion", "OData-Version")


def context_of(request: web.Request, entity_set: str, shape: Sequence[str], *, of: str = "") -> Mapping[str, str]:
    """`@odata.context`, which tells a client of OData where the answer is described; others are spared it.

    `shape` names the members where they are not all those of the type.
    """
    if not any(header in request.headers for header in _ASKED_BY):
        return {}
    members = f"({','.join(shape)})" if shape else ""
    return {"@odata.context": f"/api/v1/$metadata#{entity_set}{members}{of}"}
