"""A record with a field of every form that a table has to show."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from libs.contracts.values import Address, Currency, Day, Moment, Money, Reference
from libs.domain.fields import INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup
from libs.domain.people import Email, Phone
from libs.domain.record import Record


class Size(StrEnum):
    SMALL = "small"
    VERY_LARGE = "very_large"


class Guest(Record, collection="guests", aggregate="hotel.guest"):
    last_name: Annotated[Line, LISTED, SEARCHED]
    email: Annotated[Email | None, INDEXED] = None
    phone: Annotated[Phone | None, LISTED] = None
    size: Annotated[Size | None, LISTED] = None
    sizes: Annotated[tuple[Size, ...], LISTED] = ()
    nights: Annotated[int | None, LISTED] = None
    debt: Annotated[Money | None, LISTED] = None
    currency: Annotated[Currency | None, LISTED] = None
    vegetarian: Annotated[bool | None, LISTED] = None
    birth_date: Annotated[Day | None, LISTED] = None
    seen_at: Annotated[Moment | None, INITIAL, LISTED] = None
    host: Annotated[Reference | None, LISTED, Lookup.to("guests", "hosts")] = None
    companion_id: Annotated[str | None, LISTED, Lookup.to("guests")] = None
    address: Address | None = None


FULL: dict[str, Any] = {
    "id": "g-1",
    "version": 3,
    "last_name": "Matos",
    "phone": "+351 912 345 678",
    "size": Size.SMALL,
    "sizes": [Size.SMALL, Size.VERY_LARGE],
    "nights": -2,
    "debt": Decimal("-12.50"),
    "vegetarian": False,
    "birth_date": "1980-02-29",
    "host": {"collection": "hosts", "id": "h-1", "name": "Ana"},
    "address": {"city": "Lisboa", "country": "PT"},
    "tags": ["a", "b"],
    "custom": {"room": 4},
}
"""A guest as it is read from the database, ready for clients."""
