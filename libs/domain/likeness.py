"""How alike two values are, and what values that may be alike have in common."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from typing import Final

from jellyfish import metaphone
from rapidfuzz import fuzz

from libs.contracts.duplicate_rules import Likeness
from libs.domain.people import fold, phone_key

_MOST_WORDS: Final = 4
_SURE_DIGITS: Final = 7
_DIGITS: Final = re.compile(r"\d+")


def _itself(value: str) -> str:
    return value


def _address(email: str) -> str:
    return email.strip().lower()


def _words(name: str) -> str:
    return " ".join(sorted(fold(name).split()))


COMPARED: Final[Mapping[Likeness, Callable[[str], str]]] = {
    Likeness.EXACT: _itself,
    Likeness.FOLDED: fold,
    Likeness.EMAIL: _address,
    Likeness.PHONE: lru_cache(maxsize=4096)(phone_key),
    Likeness.SIMILAR: _words,
}
"""The value as it is compared; empty where nothing of it can be."""


def _last_digits(phone: str) -> str:
    """Ways to write a number differ before its last seven digits, and behind an `x`, where the country is told."""
    number = phone.partition("x")[0] if phone.lstrip().startswith("+") else phone
    return "".join(_DIGITS.findall(number))[-_SURE_DIGITS:]


def _sounds(name: str) -> Iterator[str]:
    """Each word by its sound together with the first letter of another; a single word by its sound."""
    chosen = sorted(fold(name).split(), key=lambda word: (-len(word), word))[:_MOST_WORDS]
    if len(chosen) == 1:
        yield _sound(chosen[0])
    for word, other in permutations(chosen, 2):
        yield f"{_sound(word)} {other[0]}"


def _sound(word: str) -> str:
    """How the word sounds by the rules of English; of another script, its beginning."""
    return metaphone(word) if word.isascii() and word.isalpha() else word[:4]


def _alone(block: Callable[[str], str]) -> Callable[[str], Iterable[str]]:
    return lambda value: (block(value),)


BLOCKS: Final[Mapping[Likeness, Callable[[str], Iterable[str]]]] = {
    **{likeness: _alone(block) for likeness, block in COMPARED.items()},
    Likeness.PHONE: _alone(_last_digits),
    Likeness.SIMILAR: _sounds,
}
"""What a value shares at least one of with every other that is like it, cheaper to tell than what is compared.

Of similar values, those share one that have a word of the same sound beside one that begins with the same letter.
"""


def similarity(one: str, other: str, *, at_least: float) -> float:
    """From 0 to 1, of two similar values as they are `compared`; 0 where it is less than `at_least`."""
    return fuzz.ratio(one, other, score_cutoff=at_least * 100) / 100
