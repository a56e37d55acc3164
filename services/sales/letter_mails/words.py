"""What the mail with a document says, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.contracts.values import Language
from services.sales.printing.model import Kind
from services.sales.printing.words import in_language, words_of

_ENGLISH: Final[Mapping[Kind, str]] = {
    Kind.ORDER: "please find our order confirmation {number} attached.",
    Kind.INVOICE: "please find our invoice {number} attached.",
    Kind.CREDIT_NOTE: "please find our credit note {number} attached.",
}
_GERMAN: Final[Mapping[Kind, str]] = {
    Kind.ORDER: "anbei erhalten Sie unsere Auftragsbestätigung {number}.",
    Kind.INVOICE: "anbei erhalten Sie unsere Rechnung {number}.",
    Kind.CREDIT_NOTE: "anbei erhalten Sie unsere Rechnungskorrektur {number}.",
}


@dataclass(frozen=True, slots=True)
class MailWords:
    subject: str
    introduction: str


def mail_words_of(kind: Kind, language: Language) -> MailWords:
    by = in_language(language, english="from", german="von")
    introduction = in_language(language, english=_ENGLISH, german=_GERMAN)[kind]
    return MailWords(f"{words_of(language).kinds[kind]} {{number}} {by} {{sender}}", introduction)
