"""Commands end with a sentence that says what to do, not with a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from rich.console import Console

T = TypeVar("T")


class Trouble(Exception):
    """Something the operator can mend; the message says how."""


def finish(work: Coroutine[Any, Any, T], *refusals: type[Exception]) -> T:
    """Run it to its end; Trouble and these refusals end the command with their message and status 1."""
    expected: tuple[type[Exception], ...] = (Trouble, *refusals)
    try:
        return asyncio.run(work)
    except expected as trouble:
        Console(stderr=True, highlight=False).print(str(trouble), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
