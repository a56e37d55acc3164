"""The tax code: what products are taxed by, and at which rate since when."""

from typing import Annotated, ClassVar

from pydantic import Field

from libs.contracts.values import Percent
from libs.domain.fields import INITIAL, LISTED, Line
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields
from services.sales.pricing.model.dated import Dated, repeated_days


class DatedTaxRate(Dated):
    """`percent` of the net amount, from a day on."""

    percent: Percent


class TaxCode(Record, collection="tax_codes", aggregate="sales.tax_code"):
    """Products and lines name it by its `code`, which stays as it is."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("code",), unique=True),)

    code: Annotated[str, INITIAL, LISTED, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    name: Annotated[Line | None, LISTED] = None
    rates: Annotated[tuple[DatedTaxRate, ...], Field(min_length=1, max_length=100)]


def require_sound(tax_code: TaxCode) -> TaxCode:
    """The code itself; raises `InvalidFields` where two of its rates begin on one day."""
    if errors := list(repeated_days(tax_code.rates, "/rates")):
        raise InvalidFields("rates contradict each other", errors=errors)
    return tax_code
