"""Words as they are compared: without case and accents."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

LONGEST_TEXT: Final = 2000
"""Characters of one field that a search looks into."""

LONGEST_WORD: Final = 40
"""Letters of a word that count."""

MOST_REMEMBERED: Final = 4096
"""Words with letters beyond ASCII whose folded form is remembered, in some 250 bytes each."""

WORD: Final = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
"""A word in a `plain` text."""

_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")

_WITHOUT_ACCENT: Final = str.maketrans(
    {"æ": "ae", "ð": "d", "đ": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "œ": "oe", "þ": "th", "ŧ": "t"}
)
"""Letters of the Latin script that Unicode does not take apart."""


def plain(text: str) -> str:
    """The same text, in which letters and their accents are one character wherever Unicode has that."""
    return unicodedata.normalize("NFC", text)


def folded_words(text: str) -> Iterator[str]:
    """The words of any text, folded, in order."""
    if text.isascii():
        return (word[:LONGEST_WORD] for word in _ASCII_WORD.findall(text.lower()))
    return filter(None, map(folded, WORD.findall(plain(text))))


def folded(word: str) -> str:
    """Of a plain word only the case is to be folded, which is as quick as remembering it."""
    return word.lower()[:LONGEST_WORD] if word.isascii() else _stripped(word)


@lru_cache(maxsize=MOST_REMEMBERED)
def _stripped(word: str) -> str:
    bare = _decomposed(_decomposed(word).casefold()).translate(_WITHOUT_ACCENT)
    return "".join(letter for letter in bare if letter.isalnum())[:LONGEST_WORD]


def _decomposed(word: str) -> str:
    return unicodedata.normalize("NFKD", word)
