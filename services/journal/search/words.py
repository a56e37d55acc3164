"""Words as they are compared: without case and accents, with their places in the text that they come from."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_WORD: Final = 40
"""Letters of a word that count."""

SHORTEST_PART: Final = 3
"""Digits of a number by which it is found."""

LONGEST_NUMBER: Final = 40
"""Digits of a number that count."""

MOST_REMEMBERED: Final = 4096
"""Words with letters beyond ASCII whose folded form is remembered, in some 250 bytes each."""

_WORD: Final = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_NUMBER: Final = re.compile(r"[ ()./+-]*")
"""What stands between the groups of one number."""

_DIGIT: Final = re.compile(r"[0-9]")
_LETTER: Final = re.compile(r"[^\W0-9_]")
_TRUNK: Final = re.compile(r"\(0\)")
"""The national prefix that is not dialled behind a country's code: +49 (0) 30."""

_WITHOUT_ACCENT: Final = str.maketrans(
    {"æ": "ae", "ð": "d", "đ": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "œ": "oe", "þ": "th", "ŧ": "t"}
)
"""Letters of the Latin script that Unicode does not take apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word, and where it stood in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """Groups of digits that make one number; `digits` are all of them together, from the first that is not 0."""

    digits: str
    groups: tuple[Word, ...]


def words_in(text: str) -> Iterator[Word]:
    """`text` is in Unicode's normal form C, as `plain` makes it."""
    for match in _WORD.finditer(text):
        if folded := _folded(match[0]):
            yield Word(folded, match.start(), match.end())


def plain(text: str) -> str:
    """The same text, in which letters and their accents are one character wherever Unicode has that."""
    return unicodedata.normalize("NFC", text)


def _folded(word: str) -> str:
    """Of a plain word only the case is to be folded, which is as quick as remembering it."""
    return word.lower()[:LONGEST_WORD] if word.isascii() else _stripped(word)


@lru_cache(maxsize=MOST_REMEMBERED)
def _stripped(word: str) -> str:
    bare = _decomposed(_decomposed(word).casefold()).translate(_WITHOUT_ACCENT)
    return "".join(letter for letter in bare if letter.isalnum())[:LONGEST_WORD]


def _decomposed(word: str) -> str:
    return unicodedata.normalize("NFKD", word)


def terms_in(text: str) -> list[Word | Number]:
    """The words of a query in order; neighbouring groups of digits are taken for one number."""
    terms: list[Word | Number] = []
    groups: list[Word] = []
    for word in words_in(text):
        if groups and not (word.text.isdecimal() and _NUMBER.fullmatch(text, groups[-1].end, word.start)):
            terms.append(_number(groups))
            groups = []
        if word.text.isdecimal():
            groups.append(word)
        else:
            terms.append(word)
    return [*terms, _number(groups)] if groups else terms


def _number(groups: list[Word]) -> Number:
    return Number("".join(group.text for group in groups).lstrip("0"), tuple(groups))


def digits_in(text: str) -> list[int]:
    """Where the digits of a number stand; none where the text is no number, having more letters than digits."""
    if _DIGIT.search(text) is None:
        return []
    places = [match.start() for match in _DIGIT.finditer(_TRUNK.sub("( )", text))]
    return places[:LONGEST_NUMBER] if len(_LETTER.findall(text)) <= len(places) else []


def parts_of(text: str) -> Iterator[str]:
    """All ends of a number: what begins one of them is a part of the number."""
    digits = "".join(text[place] for place in digits_in(text))
    yield from (digits[start:] for start in range(len(digits) - SHORTEST_PART + 1))
