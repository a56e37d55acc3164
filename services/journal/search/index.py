"""The index of one copy of the service, in its memory: built from the journal at each start, and thrown away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from tantivy import Document, Index, Query, Searcher

from libs.domain.words import folded_words
from services.journal.search.entries import Entry
from services.journal.search.queries import (
    ACCESS,
    AT,
    COLLECTION,
    EXACT,
    NEWNESS,
    OTHER,
    PARTS,
    RECENCY,
    SUBJECT,
    TEXTS,
    TITLE,
    finding,
    schema,
)
from services.journal.search.sight import Sight
from services.journal.search.words import Number, Word, parts_of

WRITES_WITHIN: Final = 16 * 1024 * 1024
"""Bytes that the writer gathers before it makes a segment of them. A third is its table of words, new for every commit:
twice as much costs a commit some milliseconds, and makes building no quicker."""

MOST_COLLECTIONS: Final = 200

SPARE: Final = 100
"""Hits that are looked at beyond those wanted: of equally good ones the index knows the newest to some hours only."""

_BEGINNING: Final = 1_735_689_600
_SPAN: Final = 20 * 365 * 86_400
_MOST_RECENCY: Final = 0.002
"""Recency grows from 2025 on for twenty years, to a share of the score that is less than any two scores differ by."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found, with its texts by the names of their fields: titles before the others."""

    collection: str
    id: str
    score: float
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """The best of what was found, and how many there are of each collection."""

    best: list[Found]
    counts: dict[str, int]


class SearchIndex:
    """Not to be written by two threads at once; read by any number."""

    def __init__(self) -> None:
        self._fields = schema()
        self._index = Index(self._fields)
        self._index.config_reader("manual")
        self._writer = self._index.writer(WRITES_WITHIN, 1)

    def count(self) -> int:
        """How many records can be found."""
        return sum(_counts(self._index.searcher(), Query.all_query()).values())

    def apply(self, entries: Sequence[Entry]) -> None:
        """Takes in those of the entries, one for each record, that are newer than what is known."""
        if not entries:
            return
        known = self._newness_of([entry.subject for entry in entries])
        newer = [entry for entry in entries if entry.newness > known.get(entry.subject, 0)]
        for entry in newer:
            if entry.subject in known:
                self._writer.delete_documents_by_term(SUBJECT, entry.subject)
        self.load(newer)
        self.commit()

    def load(self, entries: Iterable[Entry]) -> None:
        """Takes in entries of records that are not here yet; they are found after the next `commit`."""
        for entry in entries:
            self._writer.add_document(_document(entry))

    def commit(self) -> None:
        self._writer.commit()
        self._index.reload()

    def find(self, terms: Sequence[Word | Number], sights: Sequence[Sight], *, top: int) -> Result:
        """Records within the sights that have every term: the best first, of equally good ones the newest.

        A score is 1 where each word stands in a title as it was asked for.
        """
        query = finding(self._fields, terms, sights)
        searcher = self._index.searcher()
        hits = searcher.search(query, limit=top + SPARE, count=False, weight_by_field=RECENCY).hits
        times = searcher.fast_field_values(AT, [address for _, address in hits])
        most = EXACT * len(terms)
        ranked = sorted(
            (
                (round(score / _share(int(at or 0)) / most, 4), int(at or 0), address)
                for (score, address), at in zip(hits, times, strict=True)
            ),
            key=lambda hit: hit[:2],
            reverse=True,
        )
        best = [_found(searcher.doc(address), score) for score, _, address in ranked[:top]]
        return Result(best, _counts(searcher, query))

    def _newness_of(self, subjects: Sequence[str]) -> dict[str, int]:
        searcher = self._index.searcher()
        query = Query.term_set_query(self._fields, SUBJECT, list(subjects))
        addresses = [address for _, address in searcher.search(query, limit=len(subjects), count=False).hits]
        numbers = searcher.fast_field_values(NEWNESS, addresses)
        return {
            str(searcher.doc(address).get_first(SUBJECT)): int(number or 0)
            for address, number in zip(addresses, numbers, strict=True)
        }


def _counts(searcher: Searcher, query: Query) -> dict[str, int]:
    by_collection = {"by": {"terms": {"field": COLLECTION, "size": MOST_COLLECTIONS}}}
    buckets: list[dict[str, Any]] = searcher.aggregate(query, by_collection)["by"]["buckets"]
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}


def _document(entry: Entry) -> Document:
    """One entry; that of a record that is gone stays, without a collection or a word, so that no older event brings it
    back.
    """
    document = Document()
    document.add_text(SUBJECT, entry.subject)
    document.add_integer(NEWNESS, entry.newness)
    document.add_integer(AT, entry.at)
    if entry.texts:
        document.add_text(COLLECTION, entry.collection)
        for term in entry.access:
            document.add_text(ACCESS, term)
        document.add_float(RECENCY, 2 ** _share(entry.at) - 2)
        for name, texts in ((TITLE, entry.titles), (OTHER, entry.others)):
            document.add_text(name, " ".join(word for text in texts.values() for word in folded_words(text)))
        document.add_text(PARTS, " ".join(part for text in entry.texts.values() for part in parts_of(text)))
        document.add_bytes(TEXTS, orjson.dumps(entry.texts))
    return document


def _share(at: int) -> float:
    """By how much an entry's recency raises its score; the index multiplies it by log2(2 + the field)."""
    return 1 + _MOST_RECENCY * min(1.0, max(0.0, (at - _BEGINNING) / _SPAN))


def _found(document: Document, score: float) -> Found:
    collection, _, id_ = str(document.get_first(SUBJECT)).partition("/")
    return Found(collection, id_, score, orjson.loads(document.get_first(TEXTS) or b"{}"))
