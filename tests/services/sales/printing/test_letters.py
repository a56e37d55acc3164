"""What stands on a letter, for readers of each language."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from libs.contracts.documents import OrderState, QuoteState
from libs.contracts.values import Address, Language
from services.sales.orders.letter import letter_of as order_letter
from services.sales.orders.model import of_quote
from services.sales.printing.formats import Formats, place, printable
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Day, Kind
from services.sales.printing.words import words_of
from tests.services.sales.printing.samples import GOODS, TODAY, addressed, quote


def sheet(language: Language = Language.ENGLISH, **fields: Any) -> dict[str, Any]:
    return lay_out(addressed(language, **fields))


def test_a_german_reads_german_words_and_figures() -> None:
    german = sheet(Language.GERMAN, lines=GOODS)

    assert (german["title"], german["number"], german["mark"]) == ("Angebot", "Q-2026-000123", None)
    assert german["facts"][1:] == [("Datum", "22. November 2026"), ("Gültig bis", "20. Dezember 2026")]
    assert german["recipient"] == ["Atelier Azul Lda", "Ana Lima", "Rua do Sol 12", "1200-034 Lisboa", "Portugal"]
    assert german["sums"] == [
        ("Zwischensumme", "1.645,52\xa0€"),
        ("Rabatt", "-49,37\xa0€"),
        ("Versand", "14,90\xa0€"),
        ("Netto", "1.611,05\xa0€"),
        ("MwSt. 7\xa0% auf 81,48\xa0€", "5,70\xa0€"),
        ("MwSt. 19\xa0% auf 1.529,57\xa0€", "290,62\xa0€"),
    ]
    assert german["total"] == ("Gesamtbetrag", "1.907,37\xa0€")


def test_a_line_tells_what_it_costs_and_what_goes_off() -> None:
    desk, *_, work = sheet(Language.BRITISH_ENGLISH, lines=GOODS)["rows"]

    assert desk == {
        "position": "1",
        "description": "Desk, oak, 160 x 80 cm",
        "notes": ["DESK", "less €4.50 each for the quantity", "less €10.00"],
        "quantity": "4 pieces",
        "price": "224.91",
        "tax": "19%",
        "amount": "871.64",
    }
    assert (work["quantity"], work["notes"]) == ("2.5 hours", [])


def test_a_bundle_tells_what_it_consists_of_and_each_tax_that_it_bears() -> None:
    bundle = {"product_id": "set", "quantity": 2, "unit_price": 265}
    row = sheet(Language.GERMAN, lines=[bundle])["rows"][0]

    assert row["notes"] == ["SET", "2 Stück Desk", "4 Stück Book"]
    assert (row["tax"], row["amount"]) == ("19\xa0% / 7\xa0%", "530,00")


def test_a_component_tells_of_what_it_is_a_part() -> None:
    line = {"product_id": "lamp", "quantity": 1, "bundle": "Reading {corner}"}

    assert sheet(Language.ENGLISH, lines=[line])["rows"][0]["notes"] == ["LAMP", "part of Reading {corner}"]


@pytest.mark.parametrize(
    ("quantity", "unit", "british", "german"),
    [
        ("1", "piece", "1 piece", "1 Stück"),
        ("1200", "piece", "1,200 pieces", "1.200 Stück"),
        ("0.0625", "hour", "0.0625 hours", "0,0625 Stunden"),
        ("1", "month", "1 month", "1 Monat"),
        ("3", "seat", "3 seat", "3 seat"),
        ("3", None, "3", "3"),
    ],
)
def test_quantities_are_told_in_the_units_of_the_reader(
    quantity: str, unit: str | None, british: str, german: str
) -> None:
    line = {**GOODS[3], "quantity": quantity, "unit": unit}

    told = [sheet(language, lines=[line])["rows"][0] for language in (Language.BRITISH_ENGLISH, Language.GERMAN)]

    assert [row["quantity"] for row in told] == [british, german]


def test_taxes_that_prices_include_stand_below_the_total() -> None:
    included = sheet(prices_include_tax=True, lines=GOODS, discount=None, freight=None)

    assert (included["sums"], included["total"]) == ([], ("Total", "€1,645.52"))
    assert [label for label, _ in included["included"]] == [
        "including tax 7% on €78.50",
        "including tax 19% on €1,312.20",
    ]


def test_nothing_is_said_of_taxes_where_there_are_none() -> None:
    untaxed = sheet(lines=[{"description": "Advice", "quantity": 1, "unit_price": 50}], discount=None, freight=None)

    assert (untaxed["columns"]["tax"], untaxed["rows"][0]["tax"], untaxed["sums"]) == (None, None, [])


def test_a_draft_and_a_revision_show_that_they_are() -> None:
    revision = sheet(Language.GERMAN, state="draft", activated_at=None, revision=2)

    assert revision["mark"] == "Entwurf"
    assert revision["facts"][1:3] == [("Fassung", "2"), ("Datum", "22. November 2026")]
    assert addressed(revision=2).letter.file_name == "Q-2026-000123-2.pdf"


@pytest.mark.parametrize("language", Language)
def test_every_language_has_words_for_every_kind_and_day(language: Language) -> None:
    words = words_of(language)

    assert words.kinds.keys() == set(Kind)
    assert words.days.keys() == set(Day)
    assert Formats(language, "EUR").day(TODAY)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert Formats(Language.GERMAN, "JPY").figure(Decimal(1234)) == "1.234"
    assert Formats(Language.SWISS_GERMAN, "BHD").figure(Decimal("1234.5")) == "1\u2019234.500"
    assert Formats(Language.AMERICAN_ENGLISH, "USD").money(Decimal("-0.5")) == "-$0.50"
    assert Formats(Language.AMERICAN_ENGLISH, "USD").day(date(2026, 2, 3)) == "February 3, 2026"


def test_an_address_has_its_city_where_its_country_puts_it() -> None:
    german = Language.GERMAN
    boston = Address(line1="1 Main St", city="Boston", region="MA", postal_code="02108", country="US")

    assert place(boston, german) == ["1 Main St", "Boston, MA 02108", "Vereinigte Staaten"]
    assert place(boston, german, seen_from="US") == ["1 Main St", "Boston, MA 02108"]
    assert place(Address(city="Ulm", country="XX"), german) == ["Ulm", "XX"]
    assert place(None, german) == []


def test_what_cannot_be_seen_is_not_printed() -> None:
    assert printable("one\r\ntwo\tthree\x00\x1b") == "one\ntwo three"


def test_only_very_long_words_are_given_places_to_break() -> None:
    assert printable("Donaudampfschiffe und mehr") == "Donaudampfschiffe und mehr"
    pieces = printable("x" * 100).split("\u200b")
    assert "".join(pieces) == "x" * 100
    assert max(map(len, pieces)) == 20


def test_an_order_is_confirmed_once_it_is_submitted() -> None:
    asked = quote(lines=GOODS).evolve(state=QuoteState.WON, order_id="order-1")
    order = of_quote(asked).evolve(number="O-2026-000007", customer_reference="PO-4711", delivery_date=TODAY)
    bare = addressed()

    draft = lay_out(replace(bare, letter=order_letter(order, TODAY)))
    submitted = order.evolve(state=OrderState.SUBMITTED, submitted_at=datetime(2026, 11, 20, tzinfo=UTC))
    confirmed = lay_out(replace(bare, letter=order_letter(submitted, TODAY)))

    assert (draft["title"], draft["mark"], confirmed["mark"]) == ("Order confirmation", "Draft", None)
    assert confirmed["facts"] == [
        ("Number", "O-2026-000007"),
        ("Your reference", "PO-4711"),
        ("Date", "November 20, 2026"),
        ("Delivery", "November 22, 2026"),
    ]
    assert confirmed["total"] == sheet(lines=GOODS)["total"]
