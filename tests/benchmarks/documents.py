"""`make bench ARGS=documents`: setting a quote of two pages as PDF, one after the other, with no service around it."""

import re
import time
from statistics import median, quantiles
from typing import Final

from rich.console import Console
from rich.table import Table

from libs.contracts.values import Language
from services.sales.printing.typesetter import typeset
from tests.services.sales.printing.samples import GOODS, addressed

CONSOLE: Final = Console(width=120)
LANGUAGES: Final = (Language.GERMAN, Language.AMERICAN_ENGLISH)


def run(count: int) -> None:
    table = Table(title="Milliseconds to lay out a quote and set it as PDF, one at a time")
    for column in ("", "pages", "kB", "median", "95 %", "worst"):
        table.add_column(column, justify="right" if column else "left")
    for language in LANGUAGES:
        pdf = typeset(addressed(language))
        times = [timed(language, number) for number in range(1, count + 1)]
        shown = median(times), quantiles(times, n=20)[-1], max(times)
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        figures = (f"{each * 1000:.1f}" for each in shown)
        table.add_row(f"quote, {language}", str(pages), f"{len(pdf) / 1000:.0f}", *figures)
    CONSOLE.print(table)


def timed(language: Language, number: int) -> float:
    """Of a letter with figures of its own: the compiler remembers what it has set before."""
    lines = [
        {**line, "quantity": number + place, "description": f"Lot {number}.{place}"}
        for place, line in enumerate(GOODS * 5)
    ]
    letter = addressed(language, lines=lines, name=f"Furniture, part {number}")
    started = time.perf_counter()
    typeset(letter)
    return time.perf_counter() - started
