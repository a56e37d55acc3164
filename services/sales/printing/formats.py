"""Figures, days and addresses as people of a language write them."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from libs.contracts.values import Address, Language

_CITY_FIRST: Final = frozenset({"AU", "CA", "GB", "IE", "US"})
"""Where the postal code stands behind the city."""

_PLAIN: Final = "#,##0.00"
"""As many decimals as the currency has, without its sign."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONG_RUN: Final = re.compile(r"[^\s\u200b]{20}(?=[^\s\u200b])")


class Formats:
    """How to write for readers of one language, about amounts in one currency."""

    def __init__(self, language: Language, currency: str) -> None:
        self.locale = Locale.parse(language.value, sep="-")
        self._currency = currency

    def money(self, amount: Decimal) -> str:
        return str(format_currency(amount, self._currency, locale=self.locale))

    def figure(self, amount: Decimal) -> str:
        """An amount in a column that names the currency."""
        return str(format_currency(amount, self._currency, _PLAIN, locale=self.locale))

    def number(self, number: Decimal) -> str:
        return str(format_decimal(number, locale=self.locale, decimal_quantization=False))

    def percent(self, percent: Decimal) -> str:
        return str(format_percent(percent / 100, locale=self.locale, decimal_quantization=False))

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)

    def address(self, address: Address | None, *, seen_from: str | None = None) -> list[str]:
        """Its lines; the country is named unless it is the one that it is `seen_from`."""
        if address is None:
            return []
        if address.country in _CITY_FIRST:
            region = " ".join(part for part in (address.region, address.postal_code) if part)
            place = ", ".join(part for part in (address.city, region) if part)
        else:
            place = " ".join(part for part in (address.postal_code, address.city) if part)
        abroad = address.country is not None and address.country != seen_from
        country = self.locale.territories.get(address.country, address.country) if abroad else None
        return [line for line in (address.line1, address.line2, place, country) if line]


def printable(text: str) -> str:
    """The same to read; where nothing else ends a line, a very long word may."""
    return _LONG_RUN.sub(lambda run: f"{run[0]}\u200b", _CONTROL.sub("", text.replace("\t", " ")))
