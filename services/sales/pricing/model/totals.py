"""The arithmetic of a document: what lines amount to, less what goes off all of them, with freight and tax.

Discounts and taxes are worked out for all that one tax code applies to, rounded once, and then divided among the lines
(docs/adr/0032). So parts add up to the coin, and neither the order of lines nor where a line is split changes a total.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from libs.contracts.priced import Priced, PricedComponent, PricedLine, TaxLine
from libs.domain.money import require_countable, rounded, spread
from libs.domain.refusals import InvalidFields
from services.sales.pricing.model.document import NOTHING, Discount, DocumentLine, PriceRequest, Rule


@dataclass(frozen=True, slots=True, order=True)
class TaxRate:
    """A tax code on one day; the empty code is for what bears no tax."""

    code: str = ""
    percent: Decimal = NOTHING

    def of(self, amount: Decimal, digits: int, *, included: bool) -> Decimal:
        """The tax in an amount that includes it, or on top of one that does not."""
        return rounded(amount * self.percent / (100 + self.percent if included else Decimal(100)), digits)


@dataclass(frozen=True, slots=True)
class Origin:
    """A step towards the price of one piece."""

    rule: Rule
    amount: Decimal
    detail: str


@dataclass(frozen=True, slots=True)
class ComponentTerms:
    """So much of a product in one bundle; `worth` is what that costs by itself."""

    product_id: str
    sku: str
    description: str
    unit: str
    quantity: Decimal
    worth: Decimal
    tax: TaxRate


@dataclass(frozen=True, slots=True)
class LineTerms:
    """A line with all that it leaves to the product and its price list; `tax` is not that of `components`."""

    asked: DocumentLine
    description: str
    sku: str | None
    unit: str | None
    unit_price: Decimal
    volume_discount: Decimal
    tax: TaxRate
    origins: tuple[Origin, ...] = ()
    components: tuple[ComponentTerms, ...] = ()

    def amount(self, digits: int, pointer: str) -> Decimal:
        """What the line costs; raises `InvalidFields` where its discount is more than that."""
        before = rounded((self.unit_price - self.volume_discount) * self.asked.quantity, digits)
        if self.asked.discount > before:
            raise InvalidFields.at(
                f"{pointer}/discount", "discount_exceeds_amount", f"the line costs {before} before its discount"
            )
        return before - self.asked.discount

    def divided(self, amount: Decimal, digits: int) -> list[tuple[TaxRate, Decimal]]:
        """What of the amount bears which tax: that of a bundle is divided by what its components are worth, or evenly
        where none is worth anything by itself.
        """
        if not self.components:
            return [(self.tax, amount)]
        worth = [each.worth for each in self.components]
        shares = spread(amount, worth if any(worth) else [Decimal(1)] * len(worth), digits)
        return [(each.tax, share) for each, share in zip(self.components, shares, strict=True)]


@dataclass(frozen=True, slots=True)
class Part:
    """What a tax applies to: a line, a component of one, or the freight, less its share of what goes off all lines."""

    tax: TaxRate
    amount: Decimal
    discount: Decimal = NOTHING

    @property
    def taxed(self) -> Decimal:
        return self.amount - self.discount


def total(request: PriceRequest, lines: Sequence[LineTerms], freight_tax: TaxRate, *, on: date, digits: int) -> Priced:
    """All figures; raises `InvalidFields` for a discount on more than there is, and for what is too large to count."""
    amounts = [line.amount(digits, f"/lines/{number}") for number, line in enumerate(lines)]
    subtotal = sum(amounts, NOTHING)
    freight = request.freight.amount if request.freight else NOTHING
    discount = _discount(request.discount or Discount(), subtotal, digits)
    divided = [line.divided(amount, digits) for line, amount in zip(lines, amounts, strict=True)]
    taxed = [each for line in divided for each in line]
    shares = _discounted([tax for tax, _ in taxed], [amount for _, amount in taxed], discount, digits)
    parts = [Part(*each, share) for each, share in zip(taxed, shares, strict=True)]
    parts.append(Part(freight_tax, freight))
    included = request.prices_include_tax
    taxes = _taxes(parts, digits, included=included)
    tax = sum(taxes, NOTHING)
    asked = subtotal - discount + freight
    net = asked - tax if included else asked
    require_countable(max(subtotal, net + tax), digits, "/lines")
    return Priced(
        on=on,
        lines=tuple(_lines(lines, zip(parts[:-1], taxes[:-1], strict=True), included=included)),
        taxes=by_code(parts, taxes, included=included),
        subtotal=subtotal,
        discount=discount,
        freight=freight,
        freight_tax=taxes[-1],
        net=net,
        tax=tax,
        total=net + tax,
    )


def _discount(asked: Discount, subtotal: Decimal, digits: int) -> Decimal:
    discount = rounded(subtotal * asked.percent / 100, digits) + asked.amount
    if discount > subtotal:
        raise InvalidFields.at("/discount/amount", "discount_exceeds_amount", f"all lines together cost {subtotal}")
    return discount


def _discounted(taxes: Sequence[TaxRate], amounts: Sequence[Decimal], discount: Decimal, digits: int) -> list[Decimal]:
    """Each line's share of the discount: first for each tax, then among its lines."""
    groups = grouped(taxes)
    sums = [sum((amounts[i] for i in group), NOTHING) for group in groups]
    shares = [NOTHING] * len(amounts)
    for group, part in zip(groups, spread(discount, sums, digits), strict=True):
        for i, share in zip(group, spread(part, [amounts[i] for i in group], digits), strict=True):
            shares[i] = share
    return shares


def _taxes(parts: Sequence[Part], digits: int, *, included: bool) -> list[Decimal]:
    """The tax of each part: that on all parts of its code, divided among them."""
    taxes = [NOTHING] * len(parts)
    for group in grouped([part.tax for part in parts]):
        taxed = [parts[i].taxed for i in group]
        tax = parts[group[0]].tax.of(sum(taxed, NOTHING), digits, included=included)
        for i, share in zip(group, spread(tax, taxed, digits), strict=True):
            taxes[i] = share
    return taxes


def grouped(taxes: Sequence[TaxRate]) -> list[list[int]]:
    """The places of each tax, in the order of codes."""
    return [[i for i, each in enumerate(taxes) if each == tax] for tax in sorted(set(taxes))]


def _lines(
    lines: Sequence[LineTerms], taxed: Iterator[tuple[Part, Decimal]], *, included: bool
) -> Iterator[PricedLine]:
    """Each line with the figures of the parts that it was divided into, which follow one another."""
    for terms in lines:
        components = tuple(_component(each, terms, *next(taxed), included=included) for each in terms.components)
        if components:
            yield _bundle(terms, components)
        else:
            yield _line(terms, *next(taxed), included=included)


def _figures(part: Part, tax: Decimal, *, included: bool) -> dict[str, Any]:
    net = part.taxed - tax if included else part.taxed
    return {
        "amount": part.amount,
        "discount_share": part.discount,
        "tax_code": part.tax.code or None,
        "tax_percent": part.tax.percent,
        "net": net,
        "tax": tax,
        "total": net + tax,
    }


def _line(terms: LineTerms, part: Part, tax: Decimal, *, included: bool) -> PricedLine:
    return PricedLine(**_asked(terms), **_figures(part, tax, included=included))


def _asked(terms: LineTerms) -> dict[str, Any]:
    """What a line says before its figures."""
    return {
        "product_id": terms.asked.product_id,
        "sku": terms.sku,
        "description": terms.description,
        "quantity": terms.asked.quantity,
        "unit": terms.unit,
        "unit_price": terms.unit_price,
        "volume_discount": terms.volume_discount,
        "discount": terms.asked.discount,
        "bundle": terms.asked.bundle,
    }


def _component(each: ComponentTerms, terms: LineTerms, part: Part, tax: Decimal, *, included: bool) -> PricedComponent:
    return PricedComponent(
        product_id=each.product_id,
        sku=each.sku,
        description=each.description,
        quantity=each.quantity * terms.asked.quantity,
        unit=each.unit,
        **_figures(part, tax, included=included),
    )


def _bundle(terms: LineTerms, components: Sequence[PricedComponent]) -> PricedLine:
    sums: dict[str, Any] = {
        name: sum((getattr(each, name) for each in components), NOTHING)
        for name in ("amount", "discount_share", "net", "tax", "total")
    }
    taxes = {(each.tax_code, each.tax_percent) for each in components}
    code, percent = taxes.pop() if len(taxes) == 1 else (None, _percent(sums["tax"], sums["net"]))
    return PricedLine(**_asked(terms), **sums, tax_code=code, tax_percent=percent, components=tuple(components))


def _percent(tax: Decimal, net: Decimal) -> Decimal:
    return rounded(tax * 100 / net, 2) if net else NOTHING


def by_code(parts: Sequence[Part], taxes: Sequence[Decimal], *, included: bool) -> tuple[TaxLine, ...]:
    def line(group: Sequence[int]) -> TaxLine:
        rate, tax = parts[group[0]].tax, sum((taxes[i] for i in group), NOTHING)
        taxed = sum((parts[i].taxed for i in group), NOTHING)
        return TaxLine(
            tax_code=rate.code or None, percent=rate.percent, net=taxed - tax if included else taxed, tax=tax
        )

    lines = [line(group) for group in grouped([part.tax for part in parts])]
    return tuple(each for each in lines if each.tax_code is not None)
