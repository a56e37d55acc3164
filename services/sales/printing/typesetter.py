"""Setting letters as PDF, beside the event loop and only so many at once."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, cast

import orjson
import typst
from aiohttp import web

from libs.domain.refusals import Unavailable
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Addressed

TEMPLATE: Final = Path(__file__).with_name("letter.typ")
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 50


class TooManyPrinted(Unavailable):
    """More letters wait than can be set soon."""

    code = "overloaded"


class Typesetter:
    """A few threads with a compiler each; while one compiles, the interpreter is free for others."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="typeset")
        self._compilers = threading.local()
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._taken = 0

    async def pdf(self, addressed: Addressed) -> bytes:
        """Raises `TooManyPrinted`."""
        if self._taken >= _AT_ONCE + _MOST_WAITING:
            raise TooManyPrinted("too many documents are being printed")
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self.set, addressed)
        finally:
            self._taken -= 1

    def set(self, addressed: Addressed) -> bytes:
        """As `pdf`, in the thread that asks."""
        inputs = {"sheet": orjson.dumps(lay_out(addressed)).decode()}
        return cast(bytes, self._compiler().compile(TEMPLATE, format="pdf", sys_inputs=inputs))

    def _compiler(self) -> typst.Compiler:
        if not hasattr(self._compilers, "own"):
            self._compilers.own = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=self._fonts)
        compiler: typst.Compiler = self._compilers.own
        return compiler

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)


TYPESETTER: Final = web.AppKey("typesetter", Typesetter)


async def typesetting(app: web.Application) -> AsyncIterator[None]:
    app[TYPESETTER] = typesetter = Typesetter()
    yield
    typesetter.close()
