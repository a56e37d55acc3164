"""Figures, days and addresses as people of a language write them."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from libs.contracts.values import Address, Language

_CITY_FIRST: Final = frozenset({"AU", "CA", "GB", "IE", "US"})
"""Countries where the postal code stands behind the city."""

_UNITS: Final[Mapping[str, str]] = {
    "minute": "duration-minute",
    "hour": "duration-hour",
    "day": "duration-day",
    "week": "duration-week",
    "month": "duration-month",
    "year": "duration-year",
    "gram": "mass-gram",
    "kilogram": "mass-kilogram",
    "meter": "length-meter",
    "square meter": "area-square-meter",
    "liter": "volume-liter",
}
"""Names in CLDR of units that products are sold by, which it says in every language, in singular and plural."""

_EXACT: Final = "#,##0.####"

_PLAIN: Final = "#,##0.00"
"""A number with as many decimals as the currency has, without its sign."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONG_RUN: Final = re.compile(r"[^\s\u200b]{20}(?=[^\s\u200b])")


def locale_of(language: Language) -> Locale:
    return Locale.parse(language.value, sep="-")


class Formats:
    """How to write for readers of one language, about amounts in one currency."""

    def __init__(self, language: Language, currency: str) -> None:
        self.locale = locale_of(language)
        self._currency = currency

    def money(self, amount: Decimal) -> str:
        return str(format_currency(amount, self._currency, locale=self.locale))

    def figure(self, amount: Decimal) -> str:
        """An amount in a column that names the currency."""
        return str(format_currency(amount, self._currency, _PLAIN, locale=self.locale))

    def number(self, number: Decimal) -> str:
        return str(format_decimal(number, locale=self.locale, decimal_quantization=False))

    def measured(self, number: Decimal, unit: str) -> str:
        """So much of a unit; one that is none of everywhere is written as it is."""
        if unit in _UNITS:
            return format_unit(number, _UNITS[unit], format=_EXACT, locale=self.locale)
        return f"{self.number(number)} {printable(unit)}"

    def percent(self, percent: Decimal) -> str:
        return str(format_percent(percent / 100, locale=self.locale, decimal_quantization=False))

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)


def place(address: Address | None, language: Language, *, seen_from: str | None = None) -> list[str]:
    """The lines of an address; the country is named unless it is the one that it is `seen_from`."""
    if address is None:
        return []
    if address.country in _CITY_FIRST:
        region = " ".join(part for part in (address.region, address.postal_code) if part)
        town = ", ".join(part for part in (address.city, region) if part)
    else:
        town = " ".join(part for part in (address.postal_code, address.city) if part)
    abroad = address.country is not None and address.country != seen_from
    country = locale_of(language).territories.get(address.country, address.country) if abroad else None
    return [line for line in (address.line1, address.line2, town, country) if line]


def printable(text: str) -> str:
    """The text without control characters, and with places where a very long word may be broken."""
    return _LONG_RUN.sub(lambda run: f"{run[0]}\u200b", _CONTROL.sub("", text.replace("\t", " ")))
