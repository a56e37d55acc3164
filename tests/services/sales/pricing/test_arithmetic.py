"""Whatever is asked, the figures add up; which order and where a line is split makes no difference."""

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from libs.contracts.priced import Priced, PricedLine
from tests.services.sales.pricing.samples import DIGITS, amounts, numbers, priced, requests, written_in


def totals(figures: Priced) -> tuple[Decimal, ...]:
    return figures.subtotal, figures.discount, figures.freight, figures.net, figures.tax, figures.total


def discounted(figures: Priced) -> Counter[tuple[Any, ...]]:
    return Counter((line.tax_code, line.amount, line.discount_share) for line in figures.lines)


def taxed(figures: Priced) -> Counter[tuple[Any, ...]]:
    return Counter((line.tax_code, line.amount - line.discount_share, line.tax) for line in figures.lines)


@given(requests())
def test_parts_add_up_to_the_coin(asked: dict[str, Any]) -> None:
    figures = priced(**asked)

    freight_net = figures.freight - figures.freight_tax if asked["prices_include_tax"] else figures.freight
    assert figures.subtotal == sum(line.amount for line in figures.lines)
    assert figures.discount == sum(line.discount_share for line in figures.lines)
    assert figures.net == sum(line.net for line in figures.lines) + freight_net
    assert figures.tax == sum(line.tax for line in figures.lines) + figures.freight_tax
    assert figures.tax == sum(each.tax for each in figures.taxes)
    assert figures.total == figures.net + figures.tax
    assert all(line.total == line.net + line.tax for line in figures.lines)
    asked_for = figures.subtotal - figures.discount + figures.freight
    assert asked_for == (figures.total if asked["prices_include_tax"] else figures.net)


@given(requests())
def test_nothing_is_negative_or_finer_than_its_currency(asked: dict[str, Any]) -> None:
    digits = DIGITS[asked["currency"]]

    for number in numbers(priced(**{**asked, "discount": {**asked["discount"], "percent": Decimal(0)}})):
        assert number >= 0
        assert number == round(number, digits)


@given(requests(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(asked: dict[str, Any], chance: Any) -> None:
    shuffled = [*asked["lines"]]
    chance.shuffle(shuffled)

    one, other = priced(**asked), priced(**{**asked, "lines": shuffled})

    assert totals(one) == totals(other)
    assert one.taxes == other.taxes
    assert discounted(one) == discounted(other)
    assert taxed(one) == taxed(other)


@given(requests(), st.data())
def test_a_line_split_at_the_same_price_costs_the_same(asked: dict[str, Any], data: st.DataObject) -> None:
    assume(asked["lines"])
    first, *others = asked["lines"]
    few = data.draw(st.integers(0, int(first["quantity"])))
    part = {**first, "quantity": Decimal(few), "discount": min(first["discount"], first["unit_price"] * few)}
    rest = {**first, "quantity": first["quantity"] - few, "discount": first["discount"] - part["discount"]}

    assert totals(priced(**{**asked, "lines": [part, *others, rest]})) == totals(priced(**asked))


@given(st.sampled_from(sorted(DIGITS)), st.data())
def test_prices_with_and_without_tax_agree(currency: str, data: st.DataObject) -> None:
    """What costs so much with its tax has the net and the tax that lead to it."""
    line = data.draw(written_in(DIGITS[currency]))
    figures = priced(currency=currency, lines=[line])
    gross = {**line, "quantity": Decimal(1), "unit_price": figures.total, "discount": Decimal(0)}

    included = priced(currency=currency, lines=[gross], prices_include_tax=True)

    assert (included.net, included.tax, included.total) == (figures.net, figures.tax, figures.total)


@given(st.sampled_from(sorted(DIGITS)), st.data())
def test_quantities_in_parts_are_rounded_once_a_line(currency: str, data: st.DataObject) -> None:
    digits = DIGITS[currency]
    unit_price, hours = data.draw(amounts(digits, 10**5)), data.draw(st.decimals(0, 100, places=4))

    (line,) = lines_of(currency, unit_price, hours)

    assert abs(line.amount - unit_price * hours) <= Decimal("0.5").scaleb(-digits)


def lines_of(currency: str, unit_price: Decimal, hours: Decimal) -> tuple[PricedLine, ...]:
    return priced(currency=currency, lines=[{"description": "Work", "quantity": hours, "unit_price": unit_price}]).lines
