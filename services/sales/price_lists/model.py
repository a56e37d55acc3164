"""The price list: what products cost for whom it is meant for, in one currency and for a while."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.values import Currency, Day
from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line, Text
from libs.domain.lifecycle import Lifecycle
from libs.domain.money import refuse_finer
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields
from services.sales.pricing.model.rules import PriceRule, amounts_in, flaws

MOST_ITEMS: Final = 500
"""So many fit into an event; `otherwise` gives all other products a price."""


class PriceItem(PriceRule):
    """The price of one product."""

    product_id: Annotated[str, Field(min_length=1, max_length=64)]


class PriceList(Record, collection="price_lists", aggregate="sales.price_list"):
    """`items` has the prices of single products, `otherwise` that of every other one; without it they have none."""

    name: Annotated[Line, INDEXED, SEARCHED]
    description: Text | None = None
    currency: Annotated[Currency, LISTED] = "EUR"
    valid_from: Annotated[Day | None, LISTED] = None
    valid_until: Annotated[Day | None, LISTED] = None
    items: Annotated[tuple[PriceItem, ...], Field(max_length=MOST_ITEMS)] = ()
    otherwise: PriceRule | None = None

    def rule_for(self, product_id: str) -> PriceRule | None:
        return next((item for item in self.items if item.product_id == product_id), self.otherwise)

    def names(self, product_id: str) -> bool:
        return any(item.product_id == product_id for item in self.items)

    def holds_on(self, day: date) -> bool:
        """Whether its prices can be asked for on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_until is not None and self.valid_until < day
        return self.state == Lifecycle.ACTIVE and begun and not ended


def require_sound(price_list: PriceList) -> PriceList:
    """The list itself; raises `InvalidFields` naming what does not go together."""
    if errors := list(_flaws(price_list)):
        raise InvalidFields("the price list contradicts itself", errors=errors)
    amounts = dict(pair for pointer, rule in _rules(price_list) for pair in amounts_in(rule, pointer))
    refuse_finer(price_list.currency, amounts)
    return price_list


def _rules(price_list: PriceList) -> Iterator[tuple[str, PriceRule]]:
    yield from ((f"/items/{number}", item) for number, item in enumerate(price_list.items))
    if price_list.otherwise is not None:
        yield "/otherwise", price_list.otherwise


def _flaws(price_list: PriceList) -> Iterator[FieldError]:
    begin, end = price_list.valid_from, price_list.valid_until
    if begin and end and end < begin:
        yield FieldError("/valid_until", "before_start", "must not be before valid_from")
    seen: set[str] = set()
    for number, item in enumerate(price_list.items):
        if item.product_id in seen:
            yield FieldError(f"/items/{number}/product_id", "duplicate", "each product has one price")
        seen.add(item.product_id)
    for pointer, rule in _rules(price_list):
        yield from flaws(rule, pointer)
