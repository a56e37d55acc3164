"""Parts of a priced document: what so much of its lines comes to, such that all parts add up to the whole, to the coin.

Each part takes its share of what the others have left, and the last one all of it. So no figure falls below zero, and
it does not matter which parts are taken back in between. Where a tax rate changes between two parts, each bears that of
its own day; all else adds up as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from libs.contracts.priced import Priced, PricedLine, TaxLine
from libs.domain.money import rounded, spread
from services.sales.pricing.model.document import NOTHING
from services.sales.pricing.model.totals import Part, TaxRate, by_code, grouped


@dataclass(frozen=True, slots=True)
class Whole:
    """A priced document that is divided; `freight_code` is the tax code of its freight. `rates` are those of the day of
    the part in percent, by tax code, where they can differ from those that the document was priced with.
    """

    priced: Priced
    freight_code: str | None
    digits: int
    prices_include_tax: bool
    rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Portion:
    """The figures of a part, and the places that its lines have among those of the whole."""

    places: tuple[int, ...]
    priced: Priced


def portion(whole: Whole, quantities: Mapping[int, Decimal], taken: Sequence[Portion]) -> Portion:
    """A part of each line, by its place; no more than the portions `taken` have left of it."""
    rest = [_rest(line, place, taken) for place, line in enumerate(whole.priced.lines)]
    places = tuple(sorted(quantities))
    lines = [_share(rest[place], quantities[place], whole.digits) for place in places]
    parts = [Part(_rate(whole, line.tax_code), line.amount, line.discount_share) for line in lines]
    freight = whole.priced.freight - sum((each.priced.freight for each in taken), NOTHING)
    charged = _part_of(freight, _amount(lines), _amount(rest), whole.digits)
    parts.append(Part(_rate(whole, whole.freight_code), charged))
    return Portion(places, _totalled(whole, lines, parts, _taxes(whole, parts, taken)))


def _rest(line: PricedLine, place: int, taken: Sequence[Portion]) -> PricedLine:
    """What is left of a line."""
    gone = [each.priced.lines[each.places.index(place)] for each in taken if place in each.places]
    left = {
        name: getattr(line, name) - sum((getattr(each, name) for each in gone), NOTHING)
        for name in ("quantity", "amount", "discount_share")
    }
    return line.model_copy(update=left)


def _share(rest: PricedLine, quantity: Decimal, digits: int) -> PricedLine:
    amount = _part_of(rest.amount, quantity, rest.quantity, digits)
    before = rounded((rest.unit_price - rest.volume_discount) * quantity, digits)
    return rest.model_copy(
        update={
            "quantity": quantity,
            "amount": amount,
            "discount": max(before - amount, NOTHING),
            "discount_share": _part_of(rest.discount_share, quantity, rest.quantity, digits),
        }
    )


def _part_of(amount: Decimal, part: Decimal, whole: Decimal, digits: int) -> Decimal:
    """All of it for the whole."""
    return amount if part == whole or not amount else rounded(amount * part / whole, digits)


def _amount(lines: Sequence[PricedLine]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)


def _rate(whole: Whole, code: str | None) -> TaxRate:
    agreed = next((tax.percent for tax in whole.priced.taxes if code and tax.tax_code == code), None)
    return TaxRate() if code is None or agreed is None else TaxRate(code, whole.rates.get(code, agreed))


def _taxes(whole: Whole, parts: Sequence[Part], taken: Sequence[Portion]) -> list[Decimal]:
    """The tax of each part: its share of what is left of the tax of its code."""
    taxes = [NOTHING] * len(parts)
    for group in grouped([part.tax for part in parts]):
        base, left = _left_to_tax(whole, parts[group[0]].tax, taken)
        taxed = [parts[i].taxed for i in group]
        tax = _part_of(left, sum(taxed, NOTHING), base, whole.digits)
        for i, share in zip(group, spread(tax, taxed, whole.digits), strict=True):
            taxes[i] = share
    return taxes


def _left_to_tax(whole: Whole, rate: TaxRate, taken: Sequence[Portion]) -> tuple[Decimal, Decimal]:
    """What is left of all that bears a tax code, and of its tax; that at the new rate where it has changed."""
    of_whole = [tax for tax in whole.priced.taxes if tax.tax_code == rate.code]
    gone = [tax for each in taken for tax in each.priced.taxes if tax.tax_code == rate.code]
    base = _taxed(of_whole, whole) - _taxed(gone, whole)
    if any(tax.percent != rate.percent for tax in (*of_whole, *gone)):
        return base, rate.of(base, whole.digits, included=whole.prices_include_tax)
    return base, _sum(of_whole, "tax") - _sum(gone, "tax")


def _taxed(taxes: Sequence[TaxLine], whole: Whole) -> Decimal:
    """What the tax is worked out of."""
    net = _sum(taxes, "net")
    return net + _sum(taxes, "tax") if whole.prices_include_tax else net


def _sum(taxes: Sequence[TaxLine], name: str) -> Decimal:
    return sum((getattr(each, name) for each in taxes), NOTHING)


def _totalled(whole: Whole, lines: Sequence[PricedLine], parts: Sequence[Part], taxes: Sequence[Decimal]) -> Priced:
    included = whole.prices_include_tax
    nets = [part.taxed - tax if included else part.taxed for part, tax in zip(parts, taxes, strict=True)]
    net, tax = sum(nets, NOTHING), sum(taxes, NOTHING)
    return Priced(
        on=whole.priced.on,
        lines=tuple(
            line.model_copy(update={"tax_percent": part.tax.percent, "net": net, "tax": tax, "total": net + tax})
            for line, part, net, tax in zip(lines, parts[:-1], nets[:-1], taxes[:-1], strict=True)
        ),
        taxes=by_code(parts, taxes, included=included),
        subtotal=_amount(lines),
        discount=sum((line.discount_share for line in lines), NOTHING),
        freight=parts[-1].amount,
        freight_tax=taxes[-1],
        net=net,
        tax=tax,
        total=net + tax,
    )
