"""What a merged OpenAPI document says can be asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.gateway.ownership import SHARED

METHODS: Final = ("get", "post", "patch", "put", "delete")
NOBODY: Final = "0192f000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is below the API, with the ids of records that are not there; `public` ones need no sign-in."""

    method: str
    path: str
    public: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations_in(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                filled = _filled(path, item["x-services"][0])
                yield Operation(method.upper(), filled, public=operation.get("security") == [])


def _filled(path: str, service: str) -> str:
    """Ids and lists of what all services have name the service."""
    filled = path.removeprefix("/api/v1/").replace("{collection}", "leads").replace("{id}", f"{service}-{NOBODY}")
    filled = re.sub(r"\{\w+\}", NOBODY, filled)
    return f"{filled}?service={service}" if filled in SHARED else filled
