"""`$search`: every word must begin a word somewhere in the searchable fields; neither case nor accents count.

What is several words, in quotes or as an e-mail address is, must stand in one field as it is written, but for case.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from bson.regex import Regex

from libs.domain.words import folded_words
from libs.store.documents import WORDS
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.limits import MAX_SEARCH_WORDS, MAX_TERM_LENGTH
from libs.store.query.operators import TEXT_KINDS, Operators, text_pattern
from libs.store.query.refusals import Fault

_TERM: Final = re.compile(r'"([^"]+)"|([^\s"]+)')
"""A phrase in double quotes, or what stands between spaces."""

_SEARCHED: Final = TEXT_KINDS | {FieldKind.TEXT_LIST, FieldKind.REFERENCE}


def search_filter(text: str, fields: QueryFields) -> dict[str, Any]:
    """The MongoDB filter of a search (libs/store/wording.py)."""
    if len(text) > MAX_TERM_LENGTH:
        raise Fault("too_long", f"at most {MAX_TERM_LENGTH} characters")
    searched = [field for field in fields.values() if field.searchable and field.kind in _SEARCHED]
    if not searched:
        raise Fault("not_searchable", "this collection has no field to search; use $filter")
    terms = {phrase or word: list(folded_words(phrase or word)) for phrase, word in _TERM.findall(text)}
    if len(terms) > MAX_SEARCH_WORDS:
        raise Fault("too_complex", f"at most {MAX_SEARCH_WORDS} words")
    if not any(terms.values()):
        raise Fault("no_word", "there is neither a letter nor a digit to search for")
    begins = [_beginning(word, searched) for word in _telling(list(terms.values()))]
    stands = [{"$or": [_occurs(term, field) for field in searched]} for term, words in terms.items() if len(words) > 1]
    return {"$and": [*begins, *stands]}


def _telling(terms: Sequence[Sequence[str]]) -> list[str]:
    """The words to look up: each that is a term, and the longest of those that are compared as they stand anyway."""
    alone = [word for words in terms for word in words if len(words) == 1]
    together = [word for words in terms for word in words if len(words) > 1]
    return list(dict.fromkeys([*alone, *sorted(together, key=len, reverse=True)]))[:MAX_SEARCH_WORDS]


def _beginning(word: str, searched: Sequence[QueryField]) -> dict[str, Operators]:
    """One stretch of the index, which alone says what is found where all fields may be seen."""
    if any(field.apart for field in searched):
        return {WORDS: {"$in": [Regex(rf"^{word}.* {field.name}\b") for field in searched]}}
    return {WORDS: {"$regex": f"^{word}"}}


def _occurs(term: str, field: QueryField) -> dict[str, Operators]:
    if field.kind is FieldKind.EMAIL:
        return {field.path: text_pattern(re.escape(term.lower()), fold=False)}
    path = f"{field.path}.name" if field.kind is FieldKind.REFERENCE else field.path
    return {path: text_pattern(re.escape(term), fold=True)}
