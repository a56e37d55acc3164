"""What was found as callers see it: what it is called, what stands beneath, and which letters matched."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Final

from pydantic import Field
from rapidfuzz.distance import OSA

from libs.contracts.values import Value
from services.journal.search.entries import BY_COLLECTION
from services.journal.search.index import Found
from services.journal.search.queries import AMISS_AND_GOING_ON, most_amiss
from services.journal.search.words import Number, Word, digits_in, words_in

BETWEEN: Final = " · "
BEFORE, LONGEST = 60, 200
"""Characters shown before the first match of a long text, and of it altogether."""

Place = tuple[int, int]
"""Where a match begins in a text, and where it ends."""


class Piece(Value):
    """Part of a text, which matched what was searched for or not."""

    text: str
    matched: bool


class Hit(Value):
    """A record that was found. `highlights` are the fields that matched, a long one cut to the part that did."""

    collection: str
    id: str
    title: str
    subtitle: str
    highlights: dict[str, list[Piece]]
    score: Annotated[float, Field(description="1 where each word stands in a title as it was asked for.")]


def hit_of(found: Found, terms: Sequence[Word | Number], hidden: frozenset[str]) -> Hit:
    """`hidden` are fields that the caller must not see."""
    texts = {name: text for name, text in found.texts.items() if name not in hidden}
    searchable = BY_COLLECTION[found.collection]
    title, *beneath = [texts[name] for name in (*searchable.title, *searchable.subtitle) if name in texts] or [found.id]
    highlights = {name: pieces for name, text in texts.items() if (pieces := highlighted(text, terms))}
    return Hit(
        collection=found.collection,
        id=found.id,
        title=title,
        subtitle=BETWEEN.join(beneath),
        highlights=highlights,
        score=found.score,
    )


def highlighted(text: str, terms: Sequence[Word | Number]) -> list[Piece]:
    """The text in pieces, those that match told apart; none where nothing does."""
    places = _apart(_places(text, terms))
    if not places:
        return []
    start = max(0, places[0][0] - BEFORE) if len(text) > LONGEST else 0
    end = min(len(text), start + LONGEST)
    inside = [place for place in places if place[1] <= end]
    edges = [(start, start), *inside, (end, end)]
    pieces: list[Piece] = []
    for (_, before), (begin, after) in pairwise(edges):
        pieces += [Piece(text=text[before:begin], matched=False), Piece(text=text[begin:after], matched=True)]
    return [piece for piece in pieces if piece.text]


def _places(text: str, terms: Sequence[Word | Number]) -> Iterator[Place]:
    for number, term in enumerate(terms, start=1):
        if isinstance(term, Number) and (part := _part(text, term.digits)):
            yield part
            continue
        last = number == len(terms)
        for word in term.groups if isinstance(term, Number) else (term,):
            yield from ((each.start, each.end) for each in words_in(text) if matches(word.text, each.text, last=last))


def _part(text: str, digits: str) -> Place | None:
    places = digits_in(text)
    start = "".join(text[place] for place in places).find(digits) if digits else -1
    return None if start < 0 else (places[start], places[start + len(digits) - 1] + 1)


def matches(wanted: str, word: str, *, last: bool) -> bool:
    """Whether a word is found by another, as the index decides it."""
    if wanted == word or (last and word.startswith(wanted)):
        return True
    if wanted.isdecimal() or not (most := most_amiss(wanted)):
        return False
    if OSA.distance(wanted, word, score_cutoff=most) <= most:
        return True
    if not last or len(wanted) < AMISS_AND_GOING_ON:
        return False
    beginnings = {word[: len(wanted) + more] for more in (-1, 0, 1)}
    return any(OSA.distance(wanted, beginning, score_cutoff=1) <= 1 for beginning in beginnings)


def _apart(places: Iterable[Place]) -> list[Place]:
    """In order, those that touch or overlap made one."""
    apart: list[Place] = []
    for start, end in sorted(places):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart
