"""How long what was issued has to be kept: by the law of the country from which it was issued."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from libs.domain.personal import Retention
from services.sales.company_profiles.model import CompanyProfile

BOOKS: Final = Retention(since="issued_at", years=10)
"""The longest time for which tax law in Europe usually wants invoices kept, for countries of which no other is known;
a request for erasure has to wait for it (GDPR, article 17 (3) b).
"""

YEARS: Final[Mapping[str, int]] = {
    "AT": 7,
    "BE": 10,
    "CH": 10,
    "DE": 8,
    "DK": 5,
    "ES": 6,
    "FI": 6,
    "FR": 10,
    "GB": 6,
    "IE": 6,
    "IT": 10,
    "LU": 10,
    "NL": 7,
    "PT": 10,
    "SE": 7,
}
"""Years after the end of the year of the issue, by ISO 3166 code. The guide to invoices names the law of each."""


def kept_until(issued_at: datetime, sender: CompanyProfile | None) -> date:
    """The last day on which the law wants what is issued then by this company kept whole."""
    country = sender.address.country if sender is not None and sender.address is not None else None
    years = YEARS.get(country or "", BOOKS.years)
    return Retention(since=BOOKS.since, years=years).until(issued_at)
