"""Merging records that are the same, and undoing it: one transaction in the service that owns them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from libs.contracts import event
from libs.contracts.event import Merged, Unmerged
from libs.contracts.values import Alias
from libs.domain.grants import Operation
from libs.domain.merging import completed, given_back
from libs.domain.record import Record
from libs.domain.refusals import AlreadyMerged, InvalidFields, NotMerged, NotRemoved
from libs.store import aliases
from libs.store.documents import differences, to_document
from libs.store.errors import answering
from libs.store.mongo import Document, with_decimals
from libs.store.moving import Restore, restore_led
from libs.store.work import UnitOfWork

R = TypeVar("R", bound=Record)

MOST_DUPLICATES: Final = 50
"""Records that one request merges into another."""


@dataclass(frozen=True, slots=True)
class Merging(Generic[R]):
    """How records of one kind are merged.

    `combine` gives the survivor what it takes over from one duplicate, or refuses; `settle` takes the survivor as it
    was and as it is to be, and gives it the fields that follow from others, or refuses; `vet` refuses what the survivor
    as it is to be and its duplicates do not tell alone. `restore` brings back a duplicate that is taken out again.
    """

    record: type[R]
    merged: type[Merged[Any]]
    unmerged: type[Unmerged[Any]]
    combine: Callable[[R, R], R]
    settle: Callable[[UnitOfWork, R, R], Awaitable[R]]
    vet: Callable[[UnitOfWork, R, Sequence[R]], Awaitable[None]] | None = None
    restore: Restore[R] | None = None


def plain_merging(record: type[R]) -> Merging[R]:
    """Of records without rules of their own: the survivor takes over what it lacks."""

    async def settle(_: UnitOfWork, __: R, wanted: R) -> R:
        return wanted

    told = event.merged(record.aggregate), event.unmerged(record.aggregate)
    return Merging(record, *told, combine=completed, settle=settle)


async def merge_records(
    work: UnitOfWork,
    merging: Merging[R],
    survivor_id: str,
    duplicate_ids: Sequence[str],
    pick: Callable[[R], R] = lambda survivor: survivor,
) -> R:
    """The survivor with what it takes over. The duplicates are hidden, and their ids lead to it from now on.

    The survivor keeps what it has, and takes from the first duplicate what it lacks; `pick` sets what is to be kept
    otherwise.
    Raises `MovedOn` and `NotFound` of the survivor, `InvalidFields`, `Forbidden` and `AlreadyMerged` of a duplicate,
    and what the rules of this kind refuse.
    """
    survivor = await work.get_target(merging.record, survivor_id)
    ids = list(dict.fromkeys(duplicate_ids))
    duplicates = [await _duplicate(work, merging, survivor, id_, place) for place, id_ in enumerate(ids)]
    steps = [survivor]
    for duplicate in duplicates:
        steps.append(merging.combine(steps[-1], duplicate))
    steps[-1] = await merging.settle(work, survivor, pick(steps[-1]))
    if merging.vet is not None:
        await merging.vet(work, steps[-1], duplicates)
    told: list[Alias] = []
    for duplicate, before, after in zip(duplicates, steps, steps[1:], strict=False):
        changed = differences(to_document(before), to_document(after))
        told += await _lead(work, duplicate, to=survivor.id, changed=changed)
        work.merge_away(duplicate)
    return work.save(steps[-1], merging.merged(merged_ids=tuple(ids), aliases=tuple(told)))


async def _duplicate(work: UnitOfWork, merging: Merging[R], survivor: R, duplicate_id: str, place: int) -> R:
    pointer, collection = f"/duplicates/{place}", survivor.collection
    if duplicate_id == survivor.id:
        raise InvalidFields.at(pointer, "itself", "a record is not merged into itself")
    duplicate = await work.look_up(merging.record, duplicate_id)
    if duplicate is None or not work.sees(duplicate):
        raise InvalidFields.at(pointer, "unknown_reference", f"no record {collection}/{duplicate_id}")
    if duplicate.id != duplicate_id:
        raise AlreadyMerged(f"{duplicate_id} was merged already", merged_into=duplicate.id)
    work.require_reach(merging.record, duplicate_id, Operation.DELETE)
    return duplicate


async def unmerge_record(work: UnitOfWork, merging: Merging[R], survivor_id: str, duplicate_id: str) -> tuple[R, R]:
    """The survivor, and the duplicate, a record of its own again.

    The survivor gives back what it took over and nobody has changed since.

    Raises `NotMerged` for what was not merged into this very record, `NotRestorable` where the duplicate does not go
    with what has come about since, else as `merge_records`.
    """
    survivor = await work.get_target(merging.record, survivor_id)
    row = await _row(work, f"{survivor.collection}/{duplicate_id}")
    if row is None or row.get("into") != f"{survivor.collection}/{survivor.id}":
        raise NotMerged("no such record was merged into this one")
    duplicate = await _removed(work, merging, duplicate_id)
    told = await _lead(work, duplicate, to=None, changed={})
    values = given_back(to_document(survivor), row["changed"])
    settled = await merging.settle(work, survivor, survivor.evolve(**values))
    saved = work.save(settled, merging.unmerged(unmerged_id=duplicate_id, aliases=tuple(told)))
    return saved, await restore_led(work, duplicate, merging.restore)


async def _removed(work: UnitOfWork, merging: Merging[R], duplicate_id: str) -> R:
    try:
        duplicate = await work.get_removed(merging.record, duplicate_id, merged=True)
    except NotRemoved:
        raise NotMerged("the record is one of its own") from None
    work.require_reach(merging.record, duplicate_id, Operation.DELETE)
    return duplicate


async def _lead(work: UnitOfWork, duplicate: Record, *, to: str | None, changed: Document) -> list[Alias]:
    """Lets the id lead there, or to itself, and those that led to it go along."""
    collection, subject = duplicate.collection, f"{duplicate.collection}/{duplicate.id}"
    into = f"{collection}/{to}" if to else None
    known = await _row(work, subject) or {"_id": subject}
    rows = [{**known, "into": into, "changed": changed}]
    rows += await _behind(work, subject) if to else await _back(work, subject)
    told = []
    for row in rows:
        record_id, leads_to = row["_id"].partition("/")[2], to if row["_id"] == subject else to or duplicate.id
        alias = Alias(id=record_id, to=leads_to, version=row.get("version", 0) + 1)
        new = aliases.row_of(collection, alias, epoch=work.store.epoch, at=work.now)
        work.overwrite(aliases.COLLECTION, {**row, **new, "version": alias.version})
        told.append(alias)
    return told


async def _row(work: UnitOfWork, subject: str) -> Document | None:
    """An alias as the owner knows it: also into which record it was merged, and what that changed."""
    async with answering():
        row = await work.store.collection(aliases.COLLECTION).find_one({"_id": subject})
    return None if row is None else with_decimals(row)


async def _behind(work: UnitOfWork, subject: str) -> list[Document]:
    """The aliases that lead to a record."""
    return await _rows(work, {"to": subject})


async def _back(work: UnitOfWork, subject: str) -> list[Document]:
    """The aliases that came along when a record was merged: those merged into it, and into these in turn."""
    found: list[Document] = []
    level = [subject]
    while level and (rows := await _rows(work, {"into": {"$in": level}})):
        found += rows
        level = [row["_id"] for row in rows]
    return found


async def _rows(work: UnitOfWork, query: Document) -> list[Document]:
    async with answering():
        rows = await work.store.collection(aliases.COLLECTION).find(query).to_list(None)
    return [with_decimals(row) for row in rows]
