"""Letters set as PDF: all text is data, and other work goes on meanwhile."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import orjson
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.values import Language
from services.sales.printing import typesetter as typesetting
from services.sales.printing.layout import lay_out
from services.sales.printing.typesetter import TEMPLATE, TooManyPrinted, Typesetter, typeset
from tests.services.sales.printing.samples import GOODS, addressed

ODD = [
    '#panic("x") $ x^2 $ *bold* _it_ @ref <label> `raw` = heading',
    "// not a comment /* nor this */ \\ # \\u{41} {page} {pages}",
    "\"quoted\" 'single'\n\nlines\r\nand\ttabs\x00\x1b",
    "שלום עולם مرحبا بالعالم 🎉👩‍👩‍👧 漢字 e\u0301 \u202e\u200b",
    "W" * 200,
]


@pytest.fixture(scope="module")
async def typesetter() -> AsyncIterator[Typesetter]:
    typesetter = Typesetter()
    yield typesetter
    typesetter.close()


def pages(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", [Language.GERMAN, Language.AMERICAN_ENGLISH])
async def test_a_long_quote_takes_two_pages(typesetter: Typesetter, language: Language) -> None:
    assert pages(await typesetter.pdf(addressed(language))) == 2


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
async def test_text_of_users_is_never_taken_for_markup(typesetter: Typesetter, text: str) -> None:
    """`#panic` would stop the compiler, an unknown `@ref` too."""
    odd = addressed(
        name=text, description=text, terms=text, lines=[{**GOODS[3], "description": text, "unit": text[:20]}]
    )
    company = odd.sender.evolve(name=text, footer=text, bank_details=(text,))
    recipient = replace(odd.recipient, names=(text,))

    assert pages(await typesetter.pdf(replace(odd, sender=company, recipient=recipient))) >= 1


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_any_text_can_be_set(text: str) -> None:
    assert pages(typeset(addressed(name=text, terms=text, lines=[{**GOODS[3], "description": text}]))) == 1


@pytest.mark.parametrize("text", ODD[:2], ids=range(2))
def test_what_was_written_is_what_is_read(text: str) -> None:
    """The compiler itself tells what the heading says."""
    inputs = {"sheet": orjson.dumps({**lay_out(addressed(lines=GOODS)), "number": text}).decode()}

    headings = typst.Compiler(TEMPLATE, sys_inputs=inputs).query("heading")

    assert text in orjson.loads(headings)[0]["body"]["child"]["text"]


async def test_more_than_can_be_set_soon_is_refused(typesetter: Typesetter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_MOST_WAITING", 1)

    results = await asyncio.gather(*(typesetter.pdf(addressed()) for _ in range(4)), return_exceptions=True)

    assert [type(result) for result in results] == [bytes, bytes, bytes, TooManyPrinted]
    assert pages(await typesetter.pdf(addressed())) == 2
