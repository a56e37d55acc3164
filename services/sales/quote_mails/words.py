"""What the mail with a quote says, by language."""

from dataclasses import dataclass
from typing import Final

from libs.contracts.values import Language
from services.sales.printing.words import in_language


@dataclass(frozen=True, slots=True)
class MailWords:
    subject: str
    introduction: str
    link: str


_ENGLISH: Final = MailWords(
    subject="Quote {number} from {sender}",
    introduction="please find our quote {number} attached.",
    link="You can also read, accept or decline it here until {day}:",
)
_GERMAN: Final = MailWords(
    subject="Angebot {number} von {sender}",
    introduction="anbei erhalten Sie unser Angebot {number}.",
    link="Bis {day} können Sie es auch hier lesen, annehmen oder ablehnen:",
)


def mail_words_of(language: Language) -> MailWords:
    return in_language(language, english=_ENGLISH, german=_GERMAN)
