"""Telling what is done, step by step."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console

from libs.cli.client import Api, NotThere
from libs.cli.trouble import Trouble

_WITHIN: Final = 30.0


class Narrator:
    """Tells each step under its number, and waits for effects, as those are brought about by events."""

    def __init__(self, api: Api, console: Console) -> None:
        self.api = api
        self.console = console
        self._steps = 0

    def tell(self, sentence: str) -> None:
        self._steps += 1
        self.console.print(f"[bold cyan]{self._steps:>2}[/] {sentence}")

    async def eventually(self, path: str, there: Callable[[Any], Any], **query: str) -> Any:
        """What stands at a path once it is as it is to be; raises `Trouble` if it never is."""
        deadline = time.monotonic() + _WITHIN
        while time.monotonic() < deadline:
            try:
                answer = await self.api.get(path, **query)
            except NotThere:
                answer = None
            if answer is not None and there(answer):
                return answer
            await asyncio.sleep(0.1)
        raise Trouble(
            f"An effect was not there after {_WITHIN:.0f} s: look for parked messages with `tandem parked list`"
        )
