"""The words that stand in every document, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from libs.contracts.values import Language
from services.sales.printing.model import Day, Kind, Mark

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`page` is a pattern, as are `tax`, `volume_discount` and `part_of`."""

    kinds: Mapping[Kind, str]
    days: Mapping[Day, str]
    marks: Mapping[Mark, str]
    number: str
    revision: str
    reference: str
    position: str
    description: str
    quantity: str
    piece: str
    pieces: str
    unit_price: str
    tax_rate: str
    amount: str
    volume_discount: str
    line_discount: str
    part_of: str
    subtotal: str
    discount: str
    freight: str
    net: str
    tax: str
    included_tax: str
    total: str
    paid: str
    credited: str
    balance: str
    in_your_favour: str
    payment: str
    delivery: str
    terms: str
    tax_id: str
    page: str


ENGLISH: Final = Words(
    kinds={
        Kind.QUOTE: "Quote",
        Kind.ORDER: "Order confirmation",
        Kind.INVOICE: "Invoice",
        Kind.CREDIT_NOTE: "Credit note",
    },
    days={
        Day.ISSUED: "Date",
        Day.VALID_UNTIL: "Valid until",
        Day.DELIVERY: "Delivery",
        Day.SUPPLIED: "Supplied",
        Day.DUE: "Due",
    },
    marks={Mark.DRAFT: "Draft", Mark.CANCELED: "Canceled"},
    number="Number",
    revision="Revision",
    reference="Your reference",
    position="No.",
    description="Description",
    quantity="Quantity",
    piece="piece",
    pieces="pieces",
    unit_price="Unit price",
    tax_rate="Tax",
    amount="Amount",
    volume_discount="less {amount} each for the quantity",
    line_discount="less {amount}",
    part_of="part of {bundle}",
    subtotal="Subtotal",
    discount="Discount",
    freight="Freight",
    net="Net",
    tax="Tax {percent} on {net}",
    included_tax="including tax {percent} on {net}",
    total="Total",
    paid="Paid",
    credited="Credited",
    balance="Open amount",
    in_your_favour="In your favour",
    payment="Payment",
    delivery="Delivery address",
    terms="Terms",
    tax_id="Tax ID",
    page="Page {page} of {pages}",
)

GERMAN: Final = Words(
    kinds={
        Kind.QUOTE: "Angebot",
        Kind.ORDER: "Auftragsbestätigung",
        Kind.INVOICE: "Rechnung",
        Kind.CREDIT_NOTE: "Rechnungskorrektur",
    },
    days={
        Day.ISSUED: "Datum",
        Day.VALID_UNTIL: "Gültig bis",
        Day.DELIVERY: "Lieferung",
        Day.SUPPLIED: "Leistungsdatum",
        Day.DUE: "Fällig am",
    },
    marks={Mark.DRAFT: "Entwurf", Mark.CANCELED: "Storniert"},
    number="Nummer",
    revision="Fassung",
    reference="Ihr Zeichen",
    position="Pos.",
    description="Beschreibung",
    quantity="Menge",
    piece="Stück",
    pieces="Stück",
    unit_price="Einzelpreis",
    tax_rate="MwSt.",
    amount="Betrag",
    volume_discount="abzüglich {amount} je Einheit Mengenrabatt",
    line_discount="abzüglich {amount} Rabatt",
    part_of="Teil von {bundle}",
    subtotal="Zwischensumme",
    discount="Rabatt",
    freight="Versand",
    net="Netto",
    tax="MwSt. {percent} auf {net}",
    included_tax="darin MwSt. {percent} auf {net}",
    total="Gesamtbetrag",
    paid="Bezahlt",
    credited="Gutgeschrieben",
    balance="Offener Betrag",
    in_your_favour="Zu Ihren Gunsten",
    payment="Zahlung",
    delivery="Lieferadresse",
    terms="Bedingungen",
    tax_id="USt-IdNr.",
    page="Seite {page} von {pages}",
)


def words_of(language: Language) -> Words:
    return in_language(language, english=ENGLISH, german=GERMAN)


def in_language(language: Language, *, english: W, german: W) -> W:
    """What its readers understand, whichever country they write in."""
    return german if language.value.startswith("de") else english
