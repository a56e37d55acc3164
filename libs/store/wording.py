"""The words by which `$search` finds a record, kept in its document.

Each word stands there once, folded, with the fields that have it behind it: `muster email full_name`. So what begins
with the letters that somebody types is one stretch of an index, and who may not see a field does not find by it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from libs.domain.record import Record, specs_of
from libs.domain.words import LONGEST_TEXT, folded_words


@cache
def searched_fields(record_type: type[Record]) -> tuple[str, ...]:
    return tuple(name for name, spec in specs_of(record_type).items() if spec.searched)


def words_of(record_type: type[Record], document: Mapping[str, Any]) -> list[str]:
    return words_in(document, searched_fields(record_type))


def words_in(document: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The words in these fields of a document as it is stored."""
    found: dict[str, str] = {}
    for name in names:
        if (value := document.get(name)) is not None:
            text = value if type(value) is str else _text(value)
            for word in dict.fromkeys(folded_words(text[:LONGEST_TEXT])):
                found[word] = f"{found.get(word, word)} {name}"
    return list(found.values())


def _text(value: Any) -> str:
    """A reference is read by its name."""
    match value:
        case {"name": str(name)}:
            return name
        case list():
            return " ".join(map(_text, value))
        case _:
            return str(value)
