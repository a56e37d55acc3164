"""Setting letters as PDF, beside the event loop and only so many at once."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final, cast

import orjson
import typst
from aiohttp import web

from libs.domain.refusals import Unavailable
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Addressed, Sheet

TEMPLATE: Final = Path(__file__).with_name("letter.typ")
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 50
_compilers = threading.local()


class TooManyPrinted(Unavailable):
    """More letters wait than can be set soon."""

    code = "overloaded"


def typeset(letter: Addressed | Sheet) -> bytes:
    """A PDF. While it is compiled the interpreter is free for other threads; each has a compiler of its own."""
    content = letter.content if isinstance(letter, Sheet) else orjson.dumps(lay_out(letter))
    inputs = {"sheet": content.decode()}
    return cast(bytes, _compiler().compile(TEMPLATE, format="pdf", sys_inputs=inputs))


def _compiler() -> typst.Compiler:
    if not hasattr(_compilers, "own"):
        _compilers.own = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts())
    compiler: typst.Compiler = _compilers.own
    return compiler


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


class Typesetter:
    """A few threads that set letters, and a bound to how many may wait for them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="typeset")
        self._taken = 0

    async def pdf(self, letter: Addressed | Sheet) -> bytes:
        """Raises `TooManyPrinted`."""
        if self._taken >= _AT_ONCE + _MOST_WAITING:
            raise TooManyPrinted("too many documents are being printed")
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, typeset, letter)
        finally:
            self._taken -= 1

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)


TYPESETTER: Final = web.AppKey("typesetter", Typesetter)


async def typesetting(app: web.Application) -> AsyncIterator[None]:
    app[TYPESETTER] = typesetter = Typesetter()
    yield
    typesetter.close()
