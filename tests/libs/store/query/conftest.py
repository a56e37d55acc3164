"""A collection of the real database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from libs.store.mongo import CODEC
from libs.store.query.filters import compile_filter
from tests.libs.store.query.schema import FIELDS, NOW

Document = dict[str, Any]
Found = Callable[[str, Sequence[Mapping[str, Any]]], set[str]]


@pytest.fixture(scope="module")
def records(
    mongo_client: MongoClient[Document], worker: str, request: pytest.FixtureRequest
) -> Iterator[Collection[Document]]:
    module = request.module.__name__.rpartition(".")[2]
    database = mongo_client.get_database(f"test_query_{worker}_{module}", codec_options=CODEC)
    yield database["records"]
    mongo_client.drop_database(database.name)


@pytest.fixture(scope="module")
def found(records: Collection[Document]) -> Found:
    """The ids of those of the given documents that a filter finds."""

    def ids(filter_text: str, documents: Sequence[Mapping[str, Any]]) -> set[str]:
        records.delete_many({})
        records.insert_many([dict(document) for document in documents])
        return {document["_id"] for document in records.find(compile_filter(filter_text, FIELDS, now=NOW))}

    return ids
