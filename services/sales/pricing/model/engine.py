"""The pricing engine: a request and the catalogue in, all figures and how they came about out. It knows no clock."""

from collections.abc import Iterator, Sequence
from datetime import date

from libs.contracts.priced import Priced, PricedLine
from libs.domain.money import refuse_finer
from libs.domain.refusals import FieldError, InvalidFields
from services.sales.pricing.model.document import (
    MOST_LINES,
    Calculation,
    Discount,
    PriceRequest,
    Rule,
    Step,
)
from services.sales.pricing.model.offering import Catalogue, Offering
from services.sales.pricing.model.totals import LineTerms, total


def calculate(request: PriceRequest, catalogue: Catalogue, *, today: date) -> Calculation:
    """What all of it costs, line by line; raises `InvalidFields` naming everything in the request that cannot be."""
    on = request.on or today
    offering = Offering(catalogue, request, on=on)
    _refuse_finer_terms(request)
    lines = _lines(offering, request)
    freight_tax = offering.tax(request.freight.tax_code if request.freight else None, "/freight/tax_code")
    priced = total(request, lines, freight_tax, on=on, digits=offering.digits)
    return Calculation(priced=priced, explain=tuple(_explained(request, lines, priced)))


def _refuse_finer_terms(request: PriceRequest) -> None:
    terms = {"/discount/amount": request.discount, "/freight/amount": request.freight}
    refuse_finer(request.currency, {pointer: term.amount for pointer, term in terms.items() if term is not None})


def _lines(offering: Offering, request: PriceRequest) -> list[LineTerms]:
    lines: list[LineTerms] = []
    errors: list[FieldError] = []
    for number, asked in enumerate(request.lines):
        try:
            lines.append(offering.line(asked, f"/lines/{number}"))
        except InvalidFields as refusal:
            errors += refusal.errors
    if errors:
        raise InvalidFields("not all lines can be priced", errors=errors)
    if sum(len(line.components) or 1 for line in lines) > MOST_LINES:
        raise InvalidFields.at("/lines", "too_many_lines", f"at most {MOST_LINES}, components of bundles among them")
    return lines


def _explained(request: PriceRequest, lines: Sequence[LineTerms], priced: Priced) -> Iterator[Step]:
    """Each step in the order in which one would take it on paper."""
    for number, (terms, line) in enumerate(zip(lines, priced.lines, strict=True)):
        yield from _line_explained(f"/lines/{number}", terms, line)
    yield Step(pointer="/lines", rule=Rule.SUBTOTAL, amount=priced.subtotal, detail="all lines together")
    if priced.discount:
        asked = request.discount or Discount()
        detail = f"{asked.percent} % of {priced.subtotal}, and {asked.amount}"
        yield Step(pointer="/discount", rule=Rule.DISCOUNT, amount=priced.discount, detail=detail)
    if request.freight is not None:
        yield Step(pointer="/freight", rule=Rule.FREIGHT, amount=priced.freight, detail="on top, not discounted")
    for tax in priced.taxes:
        how = "in" if request.prices_include_tax else "on"
        base = tax.net + tax.tax if request.prices_include_tax else tax.net
        detail = f"{tax.tax_code}: {tax.percent} % {how} {base}, rounded once"
        yield Step(pointer="/lines", rule=Rule.TAX, amount=tax.tax, detail=detail)
    yield Step(pointer="", rule=Rule.TOTAL, amount=priced.total, detail=f"{priced.net} and {priced.tax} tax")


def _line_explained(pointer: str, terms: LineTerms, line: PricedLine) -> Iterator[Step]:
    for origin in terms.origins:
        yield Step(pointer=pointer, rule=origin.rule, amount=origin.amount, detail=origin.detail)
    if line.volume_discount:
        detail = f"less for each of {line.quantity}"
        yield Step(pointer=pointer, rule=Rule.VOLUME_DISCOUNT, amount=line.volume_discount, detail=detail)
    if line.discount:
        yield Step(pointer=pointer, rule=Rule.LINE_DISCOUNT, amount=line.discount, detail="off the line, typed in")
    detail = f"({line.unit_price} - {line.volume_discount}) x {line.quantity} - {line.discount}"
    yield Step(pointer=pointer, rule=Rule.LINE_AMOUNT, amount=line.amount, detail=detail)
