"""Named actions of a resource."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from libs.domain.grants import Operation

Vet = Callable[[web.Request, Any], Awaitable[None]]
"""Looks at what was asked before any command runs; raises a `Refusal` for what cannot be."""


@dataclass(frozen=True, slots=True)
class Action:
    """`POST /<collection>/{id}/<name>`. The command takes the unit of work, the id and, with a `body`, the request."""

    name: str
    command: Callable[..., Awaitable[object]]
    summary: str
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    operation: Operation = Operation.WRITE
    vet: Vet | None = None
