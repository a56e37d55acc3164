"""The page that a link leads to: HTML made here, which needs no script and nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from libs.contracts.values import Language
from services.sales.printing.formats import Formats
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Addressed
from services.sales.quote_links.model import READABLE, Standing, standing_of
from services.sales.quote_links.words import page_words_of
from services.sales.quotes.model import Quote

_FOLDER: Final = Path(__file__).parent
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
)
_STYLE: Final = _TEMPLATES.get_template("page.css").render()
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

PRIVATE: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Whoever has the address has the quote: it is kept and passed on nowhere."""

HEADERS: Final[Mapping[str, str]] = {
    **PRIVATE,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


def wording_of(addressed: Addressed) -> str:
    """What whoever accepts says."""
    document = addressed.letter.document
    formats = Formats(addressed.recipient.language, document.currency)
    total = formats.money(document.total_amount) if document.total_amount is not None else ""
    words = page_words_of(addressed.recipient.language)
    return words.wording.format(number=document.number, total=total)


def quote_page(quote: Quote, addressed: Addressed, *, path: str, today: date, problem: str | None = None) -> str:
    """The quote with what can still be done about it; `path` is that of the page, `problem` what was wrong before."""
    language, standing = addressed.recipient.language, standing_of(quote, today)
    words, sheet = page_words_of(language), lay_out(addressed)
    notice = words.notices[standing]
    if quote.acceptance is not None:
        accepted_on = Formats(language, quote.currency).day(quote.acceptance.at.date())
        notice = f"{notice} ({quote.acceptance.name}, {accepted_on})"
    return _render(
        language,
        title=f"{sheet['title']} {sheet['number']}",
        sheet=sheet if standing in READABLE else None,
        notice=notice,
        problem=problem,
        open=standing is Standing.OPEN,
        words=words,
        wording=wording_of(addressed),
        path=path,
    )


def notice_page(language: Language, notice: str) -> str:
    return _render(language, title="Tandem CRM", sheet=None, notice=notice, problem=None, open=False)


def _render(language: Language, **values: object) -> str:
    return _TEMPLATES.get_template("page.html").render(language=language.value, **values)
