"""`$search`: every word must occur somewhere in the searchable fields; case does not count."""

import re
from typing import Any, Final

from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.limits import MAX_SEARCH_WORDS, MAX_TERM_LENGTH
from libs.store.query.operators import TEXT_KINDS, Operators, text_pattern
from libs.store.query.refusals import Fault

_WORD: Final = re.compile(r'"([^"]+)"|([^\s"]+)')
"""A phrase in double quotes, or what stands between spaces."""

_SEARCHED: Final = TEXT_KINDS | {FieldKind.TEXT_LIST, FieldKind.REFERENCE}


def search_filter(text: str, fields: QueryFields) -> dict[str, Any]:
    """The MongoDB filter of a search."""
    if len(text) > MAX_TERM_LENGTH:
        raise Fault("too_long", f"at most {MAX_TERM_LENGTH} characters")
    words = [phrase or word for phrase, word in _WORD.findall(text)]
    if len(words) > MAX_SEARCH_WORDS:
        raise Fault("too_complex", f"at most {MAX_SEARCH_WORDS} words")
    searched = [field for field in fields.values() if field.searchable and field.kind in _SEARCHED]
    if not searched:
        raise Fault("not_searchable", "this collection has no field to search; use $filter")
    found = [{"$or": [_occurs(word, field) for field in searched]} for word in words]
    return {"$and": found} if found else {}


def _occurs(word: str, field: QueryField) -> dict[str, Operators]:
    if field.kind is FieldKind.EMAIL:
        return {field.path: text_pattern(re.escape(word.lower()), fold=False)}
    path = f"{field.path}.name" if field.kind is FieldKind.REFERENCE else field.path
    return {path: text_pattern(re.escape(word), fold=True)}
