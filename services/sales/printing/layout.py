"""A letter as its template takes it: every word and figure as it is to be read, in its place."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from libs.contracts.priced import Priced, PricedComponent, PricedLine
from libs.contracts.values import Language
from services.sales.company_profiles.model import CompanyProfile
from services.sales.printing.formats import Formats, place, printable
from services.sales.printing.model import Addressed, Kind, Letter, NothingPriced, Settlement
from services.sales.printing.words import words_of
from services.sales.products.model import PIECE

Pair = tuple[str, str]

_LETTER_PAPER: Final = frozenset({Language.AMERICAN_ENGLISH})


def lay_out(addressed: Addressed) -> dict[str, Any]:
    """What `letter.typ` is given, as plain JSON; raises `NothingPriced`."""
    priced = addressed.letter.document.priced
    if priced is None:
        raise NothingPriced
    return _Layout(addressed, priced).sheet()


def letterhead(sender: CompanyProfile, language: Language) -> dict[str, Any]:
    """Who sends a letter, at its head and its foot; the member `sender` of what `letter.typ` is given."""
    words, home = words_of(language), sender.address.country if sender.address else None
    reached = [each for each in (sender.phone, sender.email, sender.website) if each]
    tax_id = [f"{words.tax_id} {sender.tax_id}"] if sender.tax_id else []
    columns = ([sender.name, *place(sender.address, language)], [*reached, *tax_id], sender.bank_details)
    return {
        "name": sender.name,
        "line": " · ".join([sender.name, *place(sender.address, language, seen_from=home)]),
        "footer": [[*map(printable, column)] for column in columns if column],
        "note": printable(" ".join((sender.footer or "").split())),
    }


class _Layout:
    """One letter in the words and the formats of its reader."""

    def __init__(self, addressed: Addressed, priced: Priced) -> None:
        language, document = addressed.recipient.language, addressed.letter.document
        self._addressed = addressed
        self._priced = priced
        self._words = words_of(language)
        self._formats = Formats(language, document.currency)
        self._taxed = any(tax.tax_code for tax in priced.taxes)
        self._tax_included = document.prices_include_tax

    def sheet(self) -> dict[str, Any]:
        letter, sender, recipient = self._addressed.letter, self._addressed.sender, self._addressed.recipient
        document, formats, words = letter.document, self._formats, self._words
        home = sender.address.country if sender.address else None
        return {
            "language": formats.locale.language,
            "region": formats.locale.territory,
            "paper": "us-letter" if recipient.language in _LETTER_PAPER else "a4",
            "title": words.kinds[letter.kind],
            "number": document.number or "",
            "mark": words.marks[letter.mark] if letter.mark else None,
            "sender": letterhead(sender, recipient.language),
            "recipient": [
                *map(printable, (*recipient.names, *place(recipient.address, recipient.language, seen_from=home)))
            ],
            "facts": [*self._facts(letter)],
            "subject": printable(document.name),
            "introduction": printable(letter.introduction or ""),
            "columns": self._columns(document.currency),
            "rows": [self._row(number, line) for number, line in enumerate(self._priced.lines, 1)],
            "sums": [*self._sums()],
            "total": (words.total, formats.money(self._priced.total)),
            "included": [*self._taxes(words.included_tax)] if self._tax_included else [],
            "settled": [*self._settled(letter.settlement)],
            "sections": [*self._sections(letter, sender, home)],
            "page": words.page,
        }

    def _facts(self, letter: Letter) -> Iterator[Pair]:
        if letter.document.number:
            yield self._words.number, letter.document.number
        if letter.revision > 1:
            yield self._words.revision, self._formats.number(Decimal(letter.revision))
        if letter.reference:
            yield self._words.reference, printable(letter.reference)
        if letter.invoice_number:
            yield self._words.kinds[Kind.INVOICE], letter.invoice_number
        for name, day in letter.days.items():
            if day is not None:
                yield self._words.days[name], self._formats.day(day)

    def _columns(self, currency: str) -> dict[str, str | None]:
        """The heads by name; tax has none where nothing is taxed."""
        words = self._words
        return {
            "position": words.position,
            "description": words.description,
            "quantity": words.quantity,
            "price": words.unit_price,
            "tax": words.tax_rate if self._taxed else None,
            "amount": f"{words.amount} ({currency})",
        }

    def _row(self, number: int, line: PricedLine) -> dict[str, Any]:
        formats = self._formats
        return {
            "position": formats.number(Decimal(number)),
            "description": printable(line.description),
            "notes": [*self._notes(line)],
            "quantity": self._quantity(line),
            "price": formats.figure(line.unit_price),
            "tax": self._rates(line) if self._taxed else None,
            "amount": formats.figure(line.amount),
        }

    def _rates(self, line: PricedLine) -> str:
        """The rate of the line, or each that a component of it bears, the highest first."""
        rates = {each.tax_percent for each in line.components} or {line.tax_percent}
        return " / ".join(map(self._formats.percent, sorted(rates, reverse=True)))

    def _quantity(self, line: PricedLine | PricedComponent) -> str:
        if line.unit is None:
            return self._formats.number(line.quantity)
        pieces = self._words.piece if line.quantity == 1 else self._words.pieces
        return self._formats.measured(line.quantity, pieces if line.unit == PIECE else line.unit)

    def _notes(self, line: PricedLine) -> Iterator[str]:
        if line.sku:
            yield printable(line.sku)
        if line.bundle:
            yield printable(self._words.part_of.format(bundle=line.bundle))
        for component in line.components:
            yield printable(f"{self._quantity(component)} {component.description}")
        if line.volume_discount:
            yield self._words.volume_discount.format(amount=self._formats.money(line.volume_discount))
        if line.discount:
            yield self._words.line_discount.format(amount=self._formats.money(line.discount))

    def _sums(self) -> Iterator[Pair]:
        """What leads to the total. Where prices include the tax, it is told after that instead."""
        priced, words, money = self._priced, self._words, self._formats.money
        if priced.discount or priced.freight:
            yield words.subtotal, money(priced.subtotal)
        if priced.discount:
            yield words.discount, money(-priced.discount)
        if priced.freight:
            yield words.freight, money(priced.freight)
        if self._taxed and not self._tax_included:
            yield words.net, money(priced.net)
            yield from self._taxes(words.tax)

    def _settled(self, settlement: Settlement | None) -> Iterator[Pair]:
        """What leads from the total to what is owed, where that differs."""
        if settlement is None or not (settlement.paid or settlement.credited):
            return
        words, money = self._words, self._formats.money
        for label, amount in ((words.paid, settlement.paid), (words.credited, settlement.credited)):
            if amount:
                yield label, money(-amount)
        yield words.balance if settlement.balance >= 0 else words.in_your_favour, money(abs(settlement.balance))

    def _sections(self, letter: Letter, sender: CompanyProfile, home: str | None) -> Iterator[dict[str, str]]:
        """What stands below the figures; how to pay only as long as something is owed."""
        settlement = letter.settlement
        if settlement is not None and settlement.balance > 0:
            lines = (settlement.remittance, " · ".join(sender.bank_details))
            yield from _section(self._words.payment, "\n".join(line for line in lines if line))
        if letter.delivery != self._addressed.recipient.address:
            language = self._addressed.recipient.language
            yield from _section(self._words.delivery, "\n".join(place(letter.delivery, language, seen_from=home)))
        yield from _section(self._words.terms, letter.terms)

    def _taxes(self, pattern: str) -> Iterator[Pair]:
        for tax in self._priced.taxes:
            if tax.tax_code is not None:
                label = pattern.format(percent=self._formats.percent(tax.percent), net=self._formats.money(tax.net))
                yield label, self._formats.money(tax.tax)


def _section(title: str, text: str | None) -> Iterator[dict[str, str]]:
    if text:
        yield {"title": title, "text": printable(text)}
