"""What stands on invoices and credit notes beyond what all letters say."""

from dataclasses import replace
from typing import Any

from libs.contracts.values import Language
from services.sales.credit_notes.letter import letter_of as credit_note_letter
from services.sales.credit_notes.model import crediting
from services.sales.invoices import model
from services.sales.invoices.letter import letter_of
from services.sales.invoices.model import Invoice
from services.sales.payments.model import record_payment, record_refund
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Letter
from services.sales.printing.typesetter import typeset
from tests.services.sales.invoices.samples import DRAFT, ISSUED, LINES, NOW, TODAY, invoice, paying, refunding
from tests.services.sales.printing.samples import addressed

PAYABLE = ISSUED.evolve(remittance_text="Please name the number.", terms="Carriage paid.")


def sheet(letter: Letter, language: Language = Language.BRITISH_ENGLISH) -> dict[str, Any]:
    to = replace(addressed(language), letter=letter)
    assert typeset(to).startswith(b"%PDF-")
    return lay_out(to)


def paid(amount: str) -> Invoice:
    return record_payment(PAYABLE, paying(amount), at=NOW)[0]


def test_an_issued_invoice_says_what_is_owed_until_when_and_how_to_pay() -> None:
    owed = sheet(letter_of(PAYABLE, TODAY))

    assert (owed["title"], owed["mark"], owed["total"], owed["settled"]) == ("Invoice", None, ("Total", "€594.76"), [])
    assert owed["facts"] == [
        ("Number", "INV-2026-00001"),
        ("Date", "22 November 2026"),
        ("Supplied", "22 November 2026"),
        ("Due", "22 December 2026"),
    ]
    assert owed["sections"] == [
        {
            "title": "Payment",
            "text": "Please name the number.\nHansebank · IBAN DE02 1203 0000 0000 2020 51 · BIC HANSDEHH",
        },
        {"title": "Terms", "text": "Carriage paid."},
    ]


def test_what_was_paid_goes_off_the_total() -> None:
    part = sheet(letter_of(paid("500"), TODAY), Language.GERMAN)

    assert part["settled"] == [("Bezahlt", "-500,00\xa0€"), ("Offener Betrag", "94,76\xa0€")]
    assert [section["title"] for section in part["sections"]] == ["Zahlung", "Bedingungen"]


def test_nobody_is_asked_to_pay_what_is_paid() -> None:
    whole = sheet(letter_of(paid("594.76"), TODAY))

    assert whole["settled"] == [("Paid", "-€594.76"), ("Open amount", "€0.00")]
    assert [section["title"] for section in whole["sections"]] == ["Terms"]


def test_a_draft_has_no_number_yet() -> None:
    draft = sheet(letter_of(DRAFT, TODAY))

    assert (draft["number"], draft["mark"], draft["facts"]) == ("", "Draft", [("Date", "22 November 2026")])
    assert letter_of(DRAFT, TODAY).file_name == "invoice.pdf"


def test_a_canceled_invoice_says_so_and_what_is_given_back() -> None:
    canceled, _ = model.cancel(paid("500"), credit_note_id="note-1", reason=None, at=NOW)

    told = sheet(letter_of(canceled, TODAY))

    assert told["mark"] == "Canceled"
    assert told["settled"] == [("Paid", "-€500.00"), ("Credited", "-€594.76"), ("In your favour", "€500.00")]
    refunded, _ = record_refund(canceled, refunding("200"))
    assert sheet(letter_of(refunded, TODAY))["settled"][-1] == ("In your favour", "€300.00")


def test_a_credit_note_names_its_invoice_and_the_reason() -> None:
    inclusive = model.issue(invoice(lines=LINES, prices_include_tax=True), number="INV-2026-00002", at=NOW)[0]
    note = crediting(inclusive, id="note-1", number="CN-2026-00001", reason="Sent back", at=NOW)

    told = sheet(credit_note_letter(note, TODAY))

    assert (told["title"], told["number"], told["introduction"]) == ("Credit note", "CN-2026-00001", "Sent back")
    assert told["facts"][1] == ("Invoice", "INV-2026-00002")
    assert (told["sums"], told["total"], told["sections"]) == ([], ("Total", "€499.80"), [])
    assert told["included"] == [("including tax 19% on €420.00", "€79.80")]
