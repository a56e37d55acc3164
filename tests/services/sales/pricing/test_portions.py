"""However a document is divided, its parts add up to it, to the coin."""

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from libs.contracts.priced import Priced
from services.sales.pricing.model.portions import Portion, Whole, portion
from tests.services.sales.pricing.samples import DIGITS, numbers, priced, requests

SUMMED = ("subtotal", "discount", "freight", "freight_tax", "net", "tax", "total")


def whole_of(asked: dict[str, Any], figures: Priced, **rates: Decimal) -> Whole:
    return Whole(figures, asked["freight"]["tax_code"], DIGITS[asked["currency"]], asked["prices_include_tax"], rates)


def some_of(data: st.DataObject, figures: Priced, taken: list[Portion]) -> dict[int, Decimal]:
    """By chance so much of each line that is left, at least something."""
    left = {place: line.quantity - gone(place, taken) for place, line in enumerate(figures.lines)}
    open_ = [place for place, quantity in left.items() if quantity]
    chosen = data.draw(st.lists(st.sampled_from(open_), min_size=1, unique=True))
    ratio = st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.25"), Decimal("0.1")])
    return {place: left[place] * data.draw(ratio) for place in chosen}


def gone(place: int, taken: list[Portion]) -> Decimal:
    return sum(
        (each.priced.lines[each.places.index(place)].quantity for each in taken if place in each.places), Decimal(0)
    )


def rest_of(figures: Priced, taken: list[Portion]) -> dict[int, Decimal]:
    left = {place: line.quantity - gone(place, taken) for place, line in enumerate(figures.lines)}
    return {place: quantity for place, quantity in left.items() if quantity}


@given(requests(), st.data())
def test_parts_add_up_to_the_whole_whichever_are_taken_back(asked: dict[str, Any], data: st.DataObject) -> None:
    figures = priced(**asked)
    assume(any(line.quantity for line in figures.lines))
    whole, taken = whole_of(asked, figures), list[Portion]()

    for _ in range(data.draw(st.integers(0, 5))):
        if rest_of(figures, taken):
            taken.append(portion(whole, some_of(data, figures, taken), taken))
        if taken and data.draw(st.integers(0, 3)) == 0:
            taken.pop(data.draw(st.integers(0, len(taken) - 1)))
    if rest := rest_of(figures, taken):
        taken.append(portion(whole, rest, taken))

    for name in SUMMED[:3] + SUMMED[4:]:
        assert sum(getattr(each.priced, name) for each in taken) == getattr(figures, name), name
    for tax in figures.taxes:
        same = [each for part in taken for each in part.priced.taxes if each.tax_code == tax.tax_code]
        assert (sum(each.net for each in same), sum(each.tax for each in same)) == (tax.net, tax.tax)
    assert all(number >= 0 for part in taken for number in numbers(part.priced))


@given(requests(), st.data())
def test_a_part_adds_up_like_any_other_document(asked: dict[str, Any], data: st.DataObject) -> None:
    figures = priced(**asked)
    assume(any(line.quantity for line in figures.lines))

    part = portion(whole_of(asked, figures), some_of(data, figures, []), []).priced

    assert part.subtotal == sum(line.amount for line in part.lines)
    assert part.discount == sum(line.discount_share for line in part.lines)
    assert part.tax == sum(line.tax for line in part.lines) + part.freight_tax == sum(tax.tax for tax in part.taxes)
    assert part.total == part.net + part.tax
    charged = part.subtotal - part.discount + part.freight
    assert charged == (part.total if asked["prices_include_tax"] else part.net)


@given(requests())
def test_all_at_once_is_the_document_itself(asked: dict[str, Any]) -> None:
    figures = priced(**asked)
    assume(figures.lines)

    every = portion(whole_of(asked, figures), {place: line.quantity for place, line in enumerate(figures.lines)}, [])

    assert every.priced == figures


@given(requests(), st.data())
def test_each_part_bears_the_tax_of_its_own_day_and_all_else_adds_up(
    asked: dict[str, Any], data: st.DataObject
) -> None:
    figures = priced(**asked)
    assume(any(line.quantity for line in figures.lines))
    taken = list[Portion]()

    while rest := rest_of(figures, taken):
        rates = {"standard": data.draw(st.sampled_from([Decimal(19), Decimal(16), Decimal(0)]))}
        quantities = some_of(data, figures, taken) if len(taken) < 3 else rest
        part = portion(whole_of(asked, figures, **rates), quantities, taken)
        taken.append(part)
        for tax in part.priced.taxes:
            percent = rates.get(tax.tax_code or "", tax.percent)
            base = tax.net + tax.tax if asked["prices_include_tax"] else tax.net
            exact = base * percent / (100 + percent if asked["prices_include_tax"] else 100)
            assert tax.percent == percent
            assert abs(tax.tax - exact) <= 3 * Decimal(1).scaleb(-DIGITS[asked["currency"]])

    agreed = "total" if asked["prices_include_tax"] else "net"
    for name in ("subtotal", "discount", "freight", agreed):
        assert sum(getattr(each.priced, name) for each in taken) == getattr(figures, name), name
    assert all(number >= 0 for part in taken for number in numbers(part.priced))
