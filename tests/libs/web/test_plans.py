"""Lists, counts and exports of every collection are found in indexes, by those who see all of it and by others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from itertools import product
from typing import Final

import pytest

from libs.contracts.publishers import MERGEABLE
from libs.domain.grants import EVERYTHING, Depth, Grants, Operation, Permissions
from libs.domain.record import Record, specs_of
from libs.store.clock import utc_now
from libs.store.documents import WORDS
from libs.store.indexes import indexes_of
from libs.store.query.fields import FieldKind, QueryField, QueryFields, enclosing_list, find
from libs.store.query.options import ListQuery, parse_list_query
from libs.store.queryable import query_fields_of
from libs.store.reading import count_up_to, read_all, read_page
from libs.store.store import Document, Store
from libs.store.wording import searched_fields, words_of
from libs.web.service import Service
from services.sales.leads.model import Lead
from tests.support.suite import SERVICES
from tests.support.waiting import PATIENCE

LITERALS: Final[Mapping[FieldKind, str]] = {
    FieldKind.BOOLEAN: "true",
    FieldKind.NUMBER: "7",
    FieldKind.MONEY: "7.5",
    FieldKind.DATETIME: "2026-01-02T03:04:05Z",
    FieldKind.DATE: "2026-01-02",
    FieldKind.EMAIL: "'ada@example.org'",
}

PROFILED: Final = 32 * 1024 * 1024
"""Bytes for what the database notes of its work: enough for all questions about one collection."""

REMOVED: Final = {"_deleted": datetime(2026, 1, 2, tzinfo=UTC)}


def condition(field: QueryField, fields: QueryFields) -> str:
    literal = f"'{field.choices[0]}'" if field.choices else LITERALS.get(field.kind, "'ada'")
    if owner := enclosing_list(fields, field.name):
        return f"{owner.name}/any(each: each{field.name.removeprefix(owner.name)} eq {literal})"
    return f"{field.name}/any(each: each eq {literal})" if field.kind.is_list else f"{field.name} eq {literal}"


def conditions(record_type: type[Record]) -> Iterator[str]:
    """Those that clients may state of what an index begins with."""
    fields = query_fields_of(record_type)
    names = {next(iter(index.document["key"])).replace(".", "/") for index in indexes_of(record_type, MERGEABLE)}
    parts = {name for name in fields if f"{name.rpartition('/')[0]}/$**" in names}
    for name in sorted(names | parts):
        field = find(fields, name)
        if field is not None and field.filterable and field.kind not in {FieldKind.REFERENCE, FieldKind.REFERENCE_LIST}:
            yield condition(field, fields)


def lists(record_type: type[Record]) -> Iterator[ListQuery]:
    fields, specs = query_fields_of(record_type), specs_of(record_type)
    indexed = [name for name, spec in specs.items() if spec.listed and spec.listed.indexed]
    asked: list[list[tuple[str, str]]] = [
        [],
        *([("$filter", each)] for each in conditions(record_type)),
        *([("$orderby", f"{name} desc")] for name in indexed if fields[name].sortable),
        *([("$search", words)] for words in ("ada", '"ada lovelace"') if searched_fields(record_type)),
    ]
    for options in asked:
        yield parse_list_query([*options, ("$count", "true")], fields, now=utc_now())


async def profiled(store: Store, collection: str) -> list[Document]:
    """How the database found what it was asked for since the last time."""
    profile, database = store.collection("system.profile"), store.database
    await database.command("profile", 0)
    found = await profile.find({"ns": f"{database.name}.{collection}", "planSummary": {"$exists": True}}).to_list(None)
    await profile.drop()
    await database.create_collection(profile.name, capped=True, size=PROFILED)
    await database.command("profile", 2)
    return found


def one_of_few(collection: str) -> Grants:
    """Of someone who sees what is theirs, their team's or shared with them."""
    own = Permissions({Operation.READ: Depth.OWN, Operation.DELETE: Depth.OWN})
    return Grants("ana", frozenset({"north"}), collections={collection: own})


async def ask(store: Store, record_type: type[Record], query: ListQuery, grants: Grants) -> None:
    """Everything that can be asked with the query of a list: its page, its bin, its count, its export."""
    await read_page(store, record_type, query, grants)
    await read_page(store, record_type, query, grants, removed=True)
    await count_up_to(store, record_type, query, grants)
    async with aclosing(read_all(store, record_type, query, grants, batch=10)) as portions:
        async for _ in portions:
            pass


@pytest.fixture
async def open_store(mongo_url: str, database_name: str) -> AsyncIterator[Callable[..., Awaitable[Store]]]:
    async with AsyncExitStack() as closing:

        async def open_(records: Sequence[type[Record]]) -> Store:
            store = await Store.open(mongo_url, database_name, service="any", records=records, seconds=PATIENCE)
            closing.push_async_callback(store.close)
            return store

        yield open_


@pytest.mark.parametrize("service", [each for each in SERVICES if each.all_records()], ids=lambda each: each.name)
async def test_no_list_count_or_export_reads_a_whole_collection(
    service: Service, open_store: Callable[..., Awaitable[Store]]
) -> None:
    store = await open_store(service.all_records())
    for record_type in service.all_records():
        await profiled(store, record_type.collection)
        asked = list(product((EVERYTHING, one_of_few(record_type.collection)), lists(record_type)))
        await asyncio.gather(*(ask(store, record_type, query, grants) for grants, query in asked))
        found = await profiled(store, record_type.collection)
        assert len(found) >= 6 * len(asked)
        assert not [each["command"] for each in found if "COLLSCAN" in each["planSummary"]]


@pytest.mark.parametrize(("grants", "expected"), [(EVERYTHING, 38), (one_of_few("leads"), 9)], ids=["all", "few"])
async def test_a_count_looks_at_no_more_than_what_was_removed(
    grants: Grants, expected: int, open_store: Callable[..., Awaitable[Store]]
) -> None:
    store = await open_store([Lead])
    rows = [{"_id": f"lead-{n:02}", "version": 1, "owner_id": "eva" if n % 4 else "ana"} for n in range(40)]
    await store.collection("leads").insert_many([{**row, **({} if i > 1 else REMOVED)} for i, row in enumerate(rows)])
    await profiled(store, "leads")

    assert await count_up_to(store, Lead, next(lists(Lead)), grants) == expected
    assert sum(each["docsExamined"] for each in await profiled(store, "leads")) <= 2
    assert await count_up_to(store, Lead, next(lists(Lead)), grants, most=5) == 5


@pytest.mark.parametrize(
    ("words", "found", "examined"),
    [("rare", 1, 4), ("rare common", 1, 4), ('"common rare"', 0, 4), ("absent", 0, 1), ("common", 50, 60)],
)
async def test_a_search_looks_at_little_more_than_it_finds(
    words: str, found: int, examined: int, open_store: Callable[..., Awaitable[Store]]
) -> None:
    store = await open_store([Lead])
    rows = [{"_id": f"lead-{n:04}", "version": 1, "topic": "common" if n else "rare and common"} for n in range(2000)]
    await store.collection("leads").insert_many([{**row, WORDS: words_of(Lead, row)} for row in rows])
    query = parse_list_query([("$search", words)], query_fields_of(Lead), now=utc_now())

    await profiled(store, "leads")
    page = await read_page(store, Lead, query, EVERYTHING)

    assert len(page.value) == found
    assert sum(each["docsExamined"] for each in await profiled(store, "leads")) <= examined
