"""Values that events and records share."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

SIGNIFICANT_DIGITS: Final = 15
"""More would not survive a JSON number read as a double."""


def _within_double(amount: Decimal) -> Decimal:
    if len(amount.normalize().as_tuple().digits) > SIGNIFICANT_DIGITS:
        raise ValueError(f"at most {SIGNIFICANT_DIGITS} significant digits")
    return amount


Money = Annotated[
    Decimal, Field(allow_inf_nan=False), AfterValidator(_within_double), WithJsonSchema({"type": "number"})
]
"""An exact amount; its currency stands beside it in the record. A JSON number on the wire, Decimal128 at rest."""

Amount = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=0),
    AfterValidator(_within_double),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""Money that is not negative."""

Quantity = Annotated[
    Decimal, Field(allow_inf_nan=False, max_digits=12, decimal_places=4), WithJsonSchema({"type": "number"})
]
"""How many of a unit: pieces, hours."""

Percent = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=0, max_digits=9, decimal_places=4),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""Of a hundred: 19 for 19 %."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""


def to_moment(at: datetime) -> datetime:
    """UTC with the milliseconds that the database keeps, so that what is answered equals what is stored."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(to_moment)]
"""A point in time; RFC 3339 UTC on the wire."""

Day = Annotated[
    date,
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A calendar day; `YYYY-MM-DD` on the wire and at rest, where it sorts as it should."""


class Value(BaseModel):
    """A part of a record without an identity of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(Value):
    """A pointer to a record of any service; `name`, what people call it, is filled by the service that keeps it."""

    collection: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    id: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(max_length=300)] | None = None


class Alias(Value):
    """Where the id of a merged record leads: to its survivor, or with no `to` to the record itself once more.

    It leads there at once, however often the survivor was merged on. Of two about one id the later one has the greater
    `version`.
    """

    id: str
    to: str | None = None
    version: int


class Language(StrEnum):
    """What people are written to in, and how they write numbers and dates (BCP 47)."""

    ENGLISH = "en"
    BRITISH_ENGLISH = "en-GB"
    AMERICAN_ENGLISH = "en-US"
    GERMAN = "de"
    AUSTRIAN_GERMAN = "de-AT"
    SWISS_GERMAN = "de-CH"


class Address(Value):
    line1: Annotated[str, Field(max_length=200)] | None = None
    line2: Annotated[str, Field(max_length=200)] | None = None
    city: Annotated[str, Field(max_length=100)] | None = None
    region: Annotated[str, Field(max_length=100)] | None = None
    postal_code: Annotated[str, Field(max_length=20)] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None


TITLE_FIELDS: Final = ("name", "full_name", "subject", "title", "topic", "username", "id")


def title_of(record: Mapping[str, Any]) -> str:
    """What people call a record, whatever kind it is."""
    return next(str(record[name]) for name in TITLE_FIELDS if record.get(name))
