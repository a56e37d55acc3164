"""What refers to a merged record comes to refer to its survivor, and back again when that is undone.

A field that was moved keeps what it pointed to before, in `_moved` of its document, until somebody changes it. From
that and from where ids lead now follows what it must point to: so it does not matter in which order merges are heard
of, how often, or whether a mover dies half-way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from pymongo import UpdateOne

from libs.domain.pointing import Leading, Leads
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields, NotRestorable
from libs.store.aliases import COLLECTION, led_on
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.copies import known
from libs.store.documents import to_document, value_at
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork

R = TypeVar("R", bound=Record)

Mover: TypeAlias = Callable[[Store, Sequence[str], Context], Awaitable[None]]
"""Lets something that is no record point to where these subjects lead now; doing it again changes nothing."""

Restore: TypeAlias = Callable[[UnitOfWork, R], Awaitable[R]]
"""Takes a removed record; restores and returns it."""

_PAGE: Final = 200
_AT_ONCE: Final = 8


async def follow(store: Store, subjects: Sequence[str], context: Context, movers: Sequence[Mover] = ()) -> None:
    """Lets whatever this service keeps point to where these subjects lead now."""
    for move in (move_references, *movers):
        await move(store, subjects, context)


async def settle(store: Store, movers: Sequence[Mover] = ()) -> None:
    """Does that again for each alias some time after it became known, for what was written meanwhile."""
    rows = store.collection(COLLECTION)
    async with answering():
        due = await rows.find({"again_at": {"$lte": utc_now()}}, {"again_at": 1}).limit(_PAGE).to_list(_PAGE)
    if not due:
        return
    await follow(store, [row["_id"] for row in due], Context(), movers)
    done = [UpdateOne(row, {"$unset": {"again_at": ""}}) for row in due]
    async with answering():
        await rows.bulk_write(done, ordered=False)


async def move_references(store: Store, subjects: Sequence[str], context: Context) -> None:
    """Lets this service's records point to where these subjects lead now; each that changes is announced."""
    for record_type in store.records:
        if (query := _touched(store, record_type, subjects)) is not None:
            await _move_all(store, record_type, query, context)


def _touched(store: Store, record_type: type[Record], subjects: Sequence[str]) -> Document | None:
    """The records that point to one of the subjects, or did before a merge."""
    fields = store.pointing(record_type, frozenset(subject.partition("/")[0] for subject in subjects))
    if not fields:
        return None
    ids = [subject.partition("/")[2] for subject in subjects]
    moved = {"_moved.subjects": {"$in": list(subjects)}}
    return {"$or": [*({field.path: {"$in": ids}} for field in fields), moved], "_deleted": None}


async def _move_all(store: Store, record_type: type[Record], query: Document, context: Context) -> None:
    turns, last = asyncio.Semaphore(_AT_ONCE), ""

    async def move(record_id: str) -> None:
        async def command(work: UnitOfWork) -> None:
            if (record := await work.first(record_type, {"_id": record_id})) is not None:
                await save_led(work, record)

        async with turns:
            await store.run(command, context)

    while True:
        async with answering():
            cursor = store.collection(record_type.collection).find({**query, "_id": {"$gt": last}}, {"_id": 1})
            rows = await cursor.sort("_id", 1).limit(_PAGE).to_list(_PAGE)
        if not rows:
            return
        await asyncio.gather(*(move(row["_id"]) for row in rows))
        last = rows[-1]["_id"]


async def save_led(work: UnitOfWork, record: Record) -> None:
    """Saves the record if some of its fields are to point elsewhere."""
    led, moved = await led_record(work, record)
    if led is not record or moved != list(work.moved_in(record)):
        work.save(led)
        work.note_moved(led, moved)


async def restore_led(work: UnitOfWork, record: R, restore: Restore[R] | None = None) -> R:
    """A removed record, visible again; what it points to may have been merged since. By the rules of `restore`.

    Raises `NotRestorable` for what a rule now finds wrong with it.
    """
    led, moved = await led_record(work, record)
    try:
        restored = work.restore(led) if restore is None else await restore(work, led)
    except InvalidFields as refusal:
        raise NotRestorable(refusal.detail, errors=refusal.errors) from None
    work.note_moved(restored, moved)
    return restored


async def led_record(work: UnitOfWork, record: R) -> tuple[R, list[Document]]:
    """The record with its fields pointing to where they lead now, and what is to be known of those that were moved."""
    fields = work.store.pointing(type(record), work.store.mergeable)
    now, former = to_document(record), {each["field"]: each["was"] for each in work.moved_in(record)}
    origins = {field: former.get(field.name, value_at(now, field.name)) for field in fields}
    leads = await _leads(work.store, [each for field, value in origins.items() for each in field.subjects(value)])
    changes: dict[str, Any] = {}
    moved: list[Document] = []
    for field, was in origins.items():
        present = value_at(now, field.name)
        value = field.led(was, leads, owner=f"{record.collection}/{record.id}", now=present)
        if value != present:
            _change(changes, now, field.name, value)
        if value != was:
            moved.append({"field": field.name, "was": was, "subjects": sorted(set(field.subjects(was)))})
    return (record.evolve(**changes) if changes else record), moved


def _change(changes: dict[str, Any], now: Document, path: str, value: object) -> None:
    """Notes the new value of a field, or of the member of one; a member without a value is left out."""
    name, _, member = path.partition(".")
    if not member:
        changes[name] = value
        return
    members = changes.get(name) or now.get(name) or {}
    others = {each: kept for each, kept in members.items() if each != member}
    changes[name] = others if value is None else {**others, member: value}


async def _leads(store: Store, subjects: Iterable[str]) -> Leads:
    leads = await led_on(store, subjects)
    rows: Mapping[str, Document] = await known(store, set(leads.values())) if leads else {}
    names = {subject: row["name"] for subject, row in rows.items() if row["name"]}
    return {subject: Leading(survivor, names.get(survivor)) for subject, survivor in leads.items()}
