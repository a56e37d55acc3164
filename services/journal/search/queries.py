"""What a search asks of the index: each word exactly, as the beginning of another, or with a few letters amiss."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tantivy import Occur, Query, Schema, SchemaBuilder

from services.journal.search.sight import Sight
from services.journal.search.words import SHORTEST_PART, Number, Word

TITLE, OTHER, PARTS, COLLECTION, ACCESS = "title", "other", "parts", "collection", "access"
SUBJECT, NEWNESS, AT, RECENCY, TEXTS = "subject", "newness", "at", "recency", "texts"

EXACT: Final = 10.0
PREFIX: Final = 6.0
AMISS: Final = (3.0, 2.0)
"""What a word is worth with one letter amiss, and with two."""

BEYOND_TITLE: Final = 0.8
"""The share of that which a word is worth where it does not stand in a title."""

PLACES: Final = ((TITLE, 1.0), (OTHER, BEYOND_TITLE))

MOST_AMISS: Final = ((8, 2), (4, 1))
"""Letters of a word, and how many of them may be wrong, missing, too many, or swapped with their neighbour."""

AMISS_AND_GOING_ON: Final = 6
"""Letters of the last word from which it may both have one amiss and go on; of shorter ones too many words begin so."""

LONGEST_AMISS: Final = 32
"""Letters of a word beyond which it must be spelled right: the cost of looking grows with them."""


def schema() -> Schema:
    """The fields of the index. Words are folded before they come here, and stand between spaces."""
    builder = SchemaBuilder()
    for name in (TITLE, OTHER, PARTS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(COLLECTION, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(ACCESS, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SUBJECT, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(NEWNESS, fast=True)
    builder.add_integer_field(AT, fast=True)
    builder.add_float_field(RECENCY, fast=True)
    builder.add_bytes_field(TEXTS, stored=True, indexed=False)
    return builder.build()


def most_amiss(word: str) -> int:
    """How many letters of a word may be amiss."""
    if len(word) > LONGEST_AMISS:
        return 0
    return next((most for letters, most in MOST_AMISS if len(word) >= letters), 0)


def finding(fields: Schema, terms: Sequence[Word | Number], sights: Iterable[Sight]) -> Query:
    """Records within the sights that have every term; the last word may go on."""
    seen: defaultdict[bool, list[Query]] = defaultdict(list)
    for sight in sights:
        seen[sight.titles_only].append(_seen(fields, sight))
    return _any(
        _all([*_having(fields, terms, titles_only=titles_only), _any(those)]) for titles_only, those in seen.items()
    )


def _seen(fields: Schema, sight: Sight) -> Query:
    conditions = [Query.term_set_query(fields, COLLECTION, list(sight.collections))]
    if sight.access is not None:
        conditions.append(Query.term_set_query(fields, ACCESS, list(sight.access)))
    return _worth(_all(conditions), 0.0)


def _having(fields: Schema, terms: Sequence[Word | Number], *, titles_only: bool) -> Iterator[Query]:
    places = PLACES[:1] if titles_only else PLACES
    for number, term in enumerate(terms, start=1):
        ways = _Ways(fields, places, last=number == len(terms))
        yield _best(ways.of_word(term.text) if isinstance(term, Word) else ways.of_number(term))


@dataclass(frozen=True, slots=True)
class _Ways:
    """How one term may be found, each way with its worth. The `last` may go on."""

    fields: Schema
    places: Sequence[tuple[str, float]]
    last: bool

    def of_word(self, word: str) -> Iterator[Query]:
        yield from self.spelled(word)
        most = most_amiss(word)
        for name, share in self.places:
            for amiss in range(1, most + 1):
                near = Query.fuzzy_term_query(self.fields, name, word, distance=amiss)
                yield _worth(near, AMISS[amiss - 1] * share)
            if self.last and most and len(word) >= AMISS_AND_GOING_ON:
                yield _worth(Query.fuzzy_term_query(self.fields, name, word, prefix=True), AMISS[-1] * share)

    def of_number(self, number: Number) -> Iterator[Query]:
        """As a part of a longer one, or each group of digits as a word."""
        if len(number.digits) >= SHORTEST_PART and len(self.places) > 1:
            yield _worth(self._beginning(PARTS, number.digits), PREFIX * BEYOND_TITLE)
        *before, end = number.groups
        whole = replace(self, last=False)
        groups = [_best(whole.spelled(group.text)) for group in before]
        yield _all([*groups, _best(self.spelled(end.text))])

    def spelled(self, word: str) -> Iterator[Query]:
        """Without anything amiss."""
        for name, share in self.places:
            yield _worth(Query.term_query(self.fields, name, word), EXACT * share)
            if self.last:
                yield _worth(self._beginning(name, word), PREFIX * share)

    def _beginning(self, name: str, word: str) -> Query:
        return Query.fuzzy_term_query(self.fields, name, word, distance=0, prefix=True)


def _all(conditions: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, each) for each in conditions])


def _any(conditions: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, each) for each in conditions])


def _best(ways: Iterable[Query]) -> Query:
    return Query.disjunction_max_query(list(ways))


def _worth(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)
