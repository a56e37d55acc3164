"""The words that stand in every document, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.contracts.values import Language
from services.sales.printing.model import Day, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`page` is a pattern, as are `tax` and `volume_discount`."""

    kinds: Mapping[Kind, str]
    days: Mapping[Day, str]
    number: str
    revision: str
    reference: str
    draft: str
    position: str
    description: str
    quantity: str
    unit_price: str
    tax_rate: str
    amount: str
    volume_discount: str
    line_discount: str
    subtotal: str
    discount: str
    freight: str
    net: str
    tax: str
    included_tax: str
    total: str
    terms: str
    tax_id: str
    page: str


ENGLISH: Final = Words(
    kinds={Kind.QUOTE: "Quote", Kind.ORDER: "Order confirmation", Kind.INVOICE: "Invoice"},
    days={Day.ISSUED: "Date", Day.VALID_UNTIL: "Valid until", Day.DELIVERY: "Delivery", Day.DUE: "Due"},
    number="Number",
    revision="Revision",
    reference="Your reference",
    draft="Draft",
    position="No.",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    tax_rate="Tax",
    amount="Amount",
    volume_discount="less {amount} each for the quantity",
    line_discount="less {amount}",
    subtotal="Subtotal",
    discount="Discount",
    freight="Freight",
    net="Net",
    tax="Tax {percent} on {net}",
    included_tax="including tax {percent} on {net}",
    total="Total",
    terms="Terms",
    tax_id="Tax ID",
    page="Page {page} of {pages}",
)

GERMAN: Final = Words(
    kinds={Kind.QUOTE: "Angebot", Kind.ORDER: "Auftragsbestätigung", Kind.INVOICE: "Rechnung"},
    days={Day.ISSUED: "Datum", Day.VALID_UNTIL: "Gültig bis", Day.DELIVERY: "Lieferung", Day.DUE: "Fällig am"},
    number="Nummer",
    revision="Fassung",
    reference="Ihr Zeichen",
    draft="Entwurf",
    position="Pos.",
    description="Beschreibung",
    quantity="Menge",
    unit_price="Einzelpreis",
    tax_rate="MwSt.",
    amount="Betrag",
    volume_discount="abzüglich {amount} je Einheit Mengenrabatt",
    line_discount="abzüglich {amount} Rabatt",
    subtotal="Zwischensumme",
    discount="Rabatt",
    freight="Versand",
    net="Netto",
    tax="MwSt. {percent} auf {net}",
    included_tax="darin MwSt. {percent} auf {net}",
    total="Gesamtbetrag",
    terms="Bedingungen",
    tax_id="USt-IdNr.",
    page="Seite {page} von {pages}",
)


def words_of(language: Language) -> Words:
    return GERMAN if language.value.startswith("de") else ENGLISH
