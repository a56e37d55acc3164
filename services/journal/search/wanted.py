"""What a caller searches for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from libs.domain.refusals import FieldError, InvalidFields
from libs.domain.words import plain
from services.journal.events.model import number_in
from services.journal.search.entries import BY_COLLECTION
from services.journal.search.words import Number, Word, terms_in

DEFAULT_TOP, MOST = 20, 100
MOST_WORDS: Final = 10
LONGEST: Final = 200
"""Characters of what is searched for."""

OPTIONS: Final[Mapping[str, str]] = {
    "q": "what to search for; the last word may be the beginning of one",
    "$top": f"records at most, {DEFAULT_TOP} unless given, {MOST} at most",
    "collections": f"only records of these, between commas, of {', '.join(BY_COLLECTION)}",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Up to `top` records of these collections that have each of the terms."""

    terms: tuple[Word | Number, ...]
    collections: tuple[str, ...]
    top: int

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Self:
        """From query options; raises `InvalidFields`."""
        given = {f"${name}" if name == "top" else name: text for name, text in query.items()}
        errors = [
            FieldError(name, "unknown_option", f"known are: {', '.join(OPTIONS)}") for name in given.keys() - OPTIONS
        ]
        text, collections = plain(given.get("q", "")), tuple(BY_COLLECTION)
        terms = tuple(terms_in(text)) if len(text) <= LONGEST else ()
        if len(text) > LONGEST or len(terms) > MOST_WORDS:
            errors.append(FieldError("q", "too_long", f"at most {MOST_WORDS} words and {LONGEST} characters"))
        elif not terms:
            errors.append(FieldError("q", "missing", "give a word, or the beginning of one"))
        if "collections" in given:
            collections = tuple(dict.fromkeys(name.strip() for name in given["collections"].split(",")))
            if not BY_COLLECTION.keys() >= set(collections):
                errors.append(FieldError("collections", "unknown_collection", f"of {', '.join(BY_COLLECTION)}"))
        if errors:
            raise InvalidFields("this cannot be searched for", errors=errors)
        return cls(terms, collections, number_in(given.get("$top", str(DEFAULT_TOP)), "$top", least=1, most=MOST))
