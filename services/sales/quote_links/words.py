"""What the page of a quote says, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.contracts.values import Language
from services.sales.printing.words import in_language
from services.sales.quote_links.model import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """`wording` is what is accepted, in full; it is kept as evidence."""

    notices: Mapping[Standing, str]
    not_valid: str
    expired: str
    refused: str
    download: str
    accept_title: str
    wording: str
    name: str
    name_missing: str
    accept: str
    decline_title: str
    reason: str
    decline: str


_ENGLISH: Final = PageWords(
    notices={
        Standing.OPEN: "",
        Standing.LAPSED: "This quote is no longer valid. Please ask us for a new one.",
        Standing.ACCEPTED: "This quote has been accepted. Thank you.",
        Standing.DECLINED: "This quote has been declined.",
        Standing.REVISED: "This quote was replaced by a newer one. Please use the link to that one, or ask us for it.",
        Standing.WITHDRAWN: "This quote is no longer offered. Please get in touch with us.",
    },
    not_valid="This link is not valid. Please ask for a new one.",
    expired="This link is too old. Please ask for a new one.",
    refused="This quote cannot be accepted or declined at the moment. Please get in touch with us.",
    download="Download as PDF",
    accept_title="Accept",
    wording="I accept quote {number} for {total}, and am entitled to do so.",
    name="Your first and last name",
    name_missing="Please type your name.",
    accept="Accept this quote",
    decline_title="Decline",
    reason="Reason (optional)",
    decline="Decline this quote",
)

_GERMAN: Final = PageWords(
    notices={
        Standing.OPEN: "",
        Standing.LAPSED: "Dieses Angebot ist nicht mehr gültig. Bitte fragen Sie uns nach einem neuen.",
        Standing.ACCEPTED: "Dieses Angebot ist angenommen. Vielen Dank.",
        Standing.DECLINED: "Dieses Angebot ist abgelehnt.",
        Standing.REVISED: "Dieses Angebot ist durch ein neueres ersetzt. Bitte fragen Sie uns nach dem Link dazu.",
        Standing.WITHDRAWN: "Dieses Angebot besteht nicht mehr. Bitte wenden Sie sich an uns.",
    },
    not_valid="Dieser Link ist nicht gültig. Bitte fragen Sie nach einem neuen.",
    expired="Dieser Link ist zu alt. Bitte fragen Sie nach einem neuen.",
    refused="Dieses Angebot kann gerade weder angenommen noch abgelehnt werden. Bitte wenden Sie sich an uns.",
    download="Als PDF herunterladen",
    accept_title="Annehmen",
    wording="Ich nehme das Angebot {number} über {total} an und bin dazu berechtigt.",
    name="Ihr Vor- und Nachname",
    name_missing="Bitte geben Sie Ihren Namen ein.",
    accept="Angebot annehmen",
    decline_title="Ablehnen",
    reason="Grund (freiwillig)",
    decline="Angebot ablehnen",
)


def page_words_of(language: Language) -> PageWords:
    return in_language(language, english=_ENGLISH, german=_GERMAN)


def language_for(accepted: str) -> Language:
    """The language for a reader of whom nothing is known but `Accept-Language`."""
    return Language.GERMAN if accepted.lower().startswith("de") else Language.ENGLISH
