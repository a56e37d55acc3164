"""Words as they are compared: without case and accents, with their places in the text that they come from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from libs.domain.words import WORD, folded

SHORTEST_PART: Final = 3
"""Digits of a number by which it is found."""

LONGEST_NUMBER: Final = 40
"""Digits of a number that count."""

_NUMBER: Final = re.compile(r"[ ()./+-]*")
"""What stands between the groups of one number."""

_DIGIT: Final = re.compile(r"[0-9]")
_LETTER: Final = re.compile(r"[^\W0-9_]")
_TRUNK: Final = re.compile(r"\(0\)")
"""The national prefix that is not dialled behind a country's code: +49 (0) 30."""


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
    for match in WORD.finditer(text):
        if word := folded(match[0]):
            yield Word(word, match.start(), match.end())


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
