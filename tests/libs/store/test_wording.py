"""The words by which a record is found, and that they are those that it has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import uuid4

import pytest

from libs.contracts.values import Reference
from libs.domain.fields import LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.record import Record
from libs.domain.words import LONGEST_TEXT
from libs.store.context import Context
from libs.store.documents import WORDS
from libs.store.naming import keep_names
from libs.store.rewording import COLLECTION, complete_words
from libs.store.store import Store
from libs.store.wording import words_in, words_of
from libs.store.work import UnitOfWork
from tests.support.waiting import PATIENCE


class Book(Record, collection="books", aggregate="library.book"):
    name: Annotated[Line, LISTED, SEARCHED]
    blurb: Annotated[Text | None, SEARCHED] = None
    author: Annotated[Reference | None, SEARCHED, Lookup.to("contacts")] = None
    shelf: Annotated[Line | None, LISTED] = None


class Shelf(Record, collection="shelves", aggregate="library.shelf"):
    colour: Line


@pytest.fixture(scope="module")
async def opened(mongo_url: str) -> AsyncIterator[Store]:
    name = f"test_words_{uuid4().hex[:12]}"
    store = await Store.open(mongo_url, name, service="library", records=[Book, Shelf], seconds=PATIENCE)
    yield store
    await store.database.client.drop_database(name)
    await store.close()


@pytest.fixture
async def library(opened: Store) -> AsyncIterator[Store]:
    yield opened
    for name in (Book.collection, COLLECTION):
        await opened.collection(name).delete_many({})


async def given(library: Store, **fields: Any) -> str:
    async def create(work: UnitOfWork) -> str:
        return work.add(Book(id=work.new_id(), **fields)).id

    return await library.run(create, Context())


async def changed(library: Store, record_id: str, **fields: Any) -> None:
    async def change(work: UnitOfWork) -> None:
        work.save((await work.get(Book, record_id)).evolve(**fields))

    await library.run(change, Context())


async def words(library: Store, record_id: str) -> list[str]:
    document = await library.collection(Book.collection).find_one({"_id": record_id})
    return sorted((document or {}).get(WORDS, ()))


def by(name: str) -> Reference:
    return Reference(collection="contacts", id="ada", name=name)


def test_each_word_stands_once_with_the_fields_that_have_it() -> None:
    document = {"name": "Ada by Ada", "blurb": "Über Ada", "author": {"id": "x", "collection": "c", "name": "Ada Løve"}}

    assert words_of(Book, document) == ["ada name blurb author", "by name", "uber blurb", "love author"]


def test_of_a_list_every_value_is_looked_into() -> None:
    assert words_in({"tags": ["Red wine", "white wine"]}, ["tags"]) == ["red tags", "wine tags", "white tags"]


def test_of_a_long_text_the_beginning_counts() -> None:
    text = "x" * (LONGEST_TEXT - 1) + " end"

    assert "end blurb" not in words_of(Book, {"blurb": text})
    assert "end blurb" in words_of(Book, {"blurb": text[1 - len(" end") :]})


async def test_a_record_has_the_words_that_it_says_now(library: Store) -> None:
    book = await given(library, name="Notes", blurb="On engines")
    assert await words(library, book) == ["engines blurb", "notes name", "on blurb"]

    await changed(library, book, name="Sketches", blurb=None)
    assert await words(library, book) == ["sketches name"]


async def test_a_change_of_other_fields_writes_no_words(library: Store) -> None:
    book = await given(library, name="Notes")
    await library.collection(Book.collection).update_one({"_id": book}, {"$set": {WORDS: ["as it was"]}})

    await changed(library, book, shelf="A 7")

    assert await words(library, book) == ["as it was"]


async def test_a_removed_record_keeps_its_words_and_shows_them_to_nobody(library: Store) -> None:
    book = await given(library, name="Notes")

    async def remove(work: UnitOfWork) -> Book:
        return work.remove(await work.get(Book, book))

    assert WORDS not in (await library.run(remove, Context())).model_dump()
    assert await words(library, book) == ["notes name"]


async def test_a_record_is_found_by_the_name_that_another_has_now(library: Store) -> None:
    hers, others = await given(library, name="Notes", author=by("Ada Byron")), await given(library, name="Bylaws")

    await keep_names(library, {"contacts/ada": "Ada Lovelace"})

    assert await words(library, hers) == ["ada author", "lovelace author", "notes name"]
    assert await words(library, others) == ["bylaws name"]


async def test_names_that_were_kept_by_a_process_that_died_then_become_words(library: Store) -> None:
    book = await given(library, name="Notes", author=by("Ada"))
    await library.collection(Book.collection).update_one({"_id": book}, {"$set": {"author.name": "Grace"}})

    await keep_names(library, {"contacts/ada": "Grace"})

    assert await words(library, book) == ["grace author", "notes name"]


async def test_records_from_before_are_given_their_words_once(library: Store) -> None:
    books = library.collection(Book.collection)
    await books.insert_many([{"_id": f"book-{number}", "version": 3, "name": f"Part {number}"} for number in range(3)])
    await books.update_one({"_id": "book-1"}, {"$set": {WORDS: ["part shelf"]}})

    await complete_words(library)

    assert [await words(library, f"book-{number}") for number in range(3)] == [
        [f"{number} name", "part name"] for number in range(3)
    ]
    assert await books.distinct("version") == [3]
    assert await library.collection(COLLECTION).find().to_list(None) == [
        {"_id": "books", "fields": ["name", "blurb", "author"]}
    ]


async def test_once_they_have_their_words_only_those_without_are_looked_at(library: Store) -> None:
    books = library.collection(Book.collection)
    await complete_words(library)
    await books.insert_many([{"_id": "new", "name": "New"}, {"_id": "known", "name": "Known", WORDS: ["as it was"]}])

    await complete_words(library)

    assert await words(library, "new") == ["new name"]
    assert await words(library, "known") == ["as it was"]


async def test_when_other_fields_are_searched_all_records_are_given_their_words(library: Store) -> None:
    await library.collection(Book.collection).insert_one({"_id": "book", "name": "Notes", WORDS: ["notes title"]})
    await library.collection(COLLECTION).insert_one({"_id": "books", "fields": ["title"]})

    await complete_words(library)

    assert await words(library, "book") == ["notes name"]
