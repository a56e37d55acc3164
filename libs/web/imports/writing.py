"""What rows do to records, some hundred at a time. Doing rows again changes nothing and tells the same of each.

A row that makes a record makes it under an id of its own (`Import.record_id`), so that its insert succeeds once. One
that changes a record leaves what it changed in the same transaction, under an id of its own as well.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any, Final, TypeVar

from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields
from libs.domain.pointing import Leads
from libs.domain.record import Draft, Record
from libs.domain.refusals import FieldError, Refusal, Unavailable
from libs.store.context import Context
from libs.store.errors import Conflict
from libs.store.ids import new_id
from libs.store.rows import commit_rows
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.tables.reading import Row
from libs.web.duplicates.noticing import Warnings, notice, notice_together
from libs.web.imports import store as rows_store
from libs.web.imports.changing import CHANGES_AT_ONCE, Changing
from libs.web.imports.lookups import Lookups
from libs.web.imports.matching import Matching
from libs.web.imports.model import Import, ImportMode
from libs.web.imports.outcomes import Outcome, Outcomes, bad_row
from libs.web.imports.preparing import Prepared, Preparing
from libs.web.imports.store import BadRow
from libs.web.references import Pointer, References, named, pointers_in
from libs.web.resource import Resource

T = TypeVar("T")

_BREATH: Final = 25
"""Rows after which other tasks of the process have their turn."""


class RowWriter:
    """Writes the rows of one import, or rehearses it: then every rule is asked, and nothing is written.

    The events of new records wait until `held_until`, where that is set.
    """

    def __init__(
        self,
        store: Store,
        resource: Resource[Any],
        references: References,
        found: Import,
        context: Context,
        *,
        custom: CustomFields = NO_CUSTOM_FIELDS,
        rehearsing: bool = False,
    ) -> None:
        self._store = store
        self._resource = resource
        self._references = references
        self._import = found
        self._context = context
        self._rehearsing = rehearsing
        self._custom = custom
        self._preparing = Preparing(resource.record, found, context.grants, custom)
        self._changing = Changing(store, resource, found, context, custom=custom, rehearsing=rehearsing)
        self._lookups = Lookups(store, context.grants)
        self._matching = Matching(store, resource, found, context.grants, rehearsing=rehearsing)
        self.held_until: datetime | None = None

    async def write(self, rows: Sequence[Row]) -> Outcomes:
        """What became of each row; raises `Unavailable`, after which the same rows can be written again."""
        outcomes: Outcomes = await self._known(rows)
        prepared = [
            each async for each in _breathing(self._preparing.prepared(*row) for row in rows if row[0] not in outcomes)
        ]
        await self._link(prepared)
        matches = await self._matching.of(prepared)
        creates: dict[int, tuple[Prepared, Draft]] = {}
        updates: dict[int, tuple[Prepared, str]] = {}
        async for each in _breathing(prepared):
            match = None if each.errors else matches.get(each.row)
            try:
                if each.errors:
                    outcomes[each.row] = BadRow(each.row, tuple(each.errors), each.texts)
                elif isinstance(match, FieldError):
                    outcomes[each.row] = BadRow(each.row, (match,), each.texts)
                elif match is not None:
                    updates[each.row] = each, match
                else:
                    creates[each.row] = each, self._preparing.draft(each.values)
            except Refusal as refusal:
                outcomes[each.row] = bad_row(each, refusal)
        outcomes |= await self._create(await self._pointing(creates, outcomes))
        outcomes |= await self._update(updates)
        return outcomes

    async def _known(self, rows: Sequence[Row]) -> Outcomes:
        """What was done before a crash."""
        if self._rehearsing:
            return {}
        ids = {self._import.record_id(number): number for number, _ in rows}
        taken = await rows_store.existing(self._store, self._resource.collection, list(ids))
        outcomes: Outcomes = {ids[each]: Outcome.CREATED for each in taken}
        if self._import.mode is ImportMode.UPSERT:
            changed = await rows_store.changes(self._store, self._import.id, ids.values())
            outcomes |= {each.row: Outcome.UPDATED for each in changed}
        return outcomes

    async def _link(self, prepared: Sequence[Prepared]) -> None:
        wanted = {each for row in prepared for texts in row.references.values() for each in texts}
        if wanted:
            found = await self._lookups.resolve(wanted)
            for row in prepared:
                row.link(found)

    async def _pointing(
        self, creates: Mapping[int, tuple[Prepared, Draft]], outcomes: Outcomes
    ) -> dict[int, tuple[Prepared, Draft]]:
        """The creates whose references lead somewhere; the others become outcomes."""
        values = {row: draft.__dict__ for row, (_, draft) in creates.items()}
        errors, names = await self._resolved(values)
        outcomes |= {row: BadRow(row, wrong, creates[row][0].texts) for row, wrong in errors.items()}
        return {
            row: (
                each,
                draft.model_copy(update=named(self._resource.record, draft.values(), names)) if names else draft,
            )
            for row, (each, draft) in creates.items()
            if row not in errors
        }

    async def _resolved(
        self, values: Mapping[int, Mapping[str, Any]]
    ) -> tuple[dict[int, tuple[FieldError, ...]], Leads]:
        """What is wrong with the references of rows, and where the others lead."""
        pointers: dict[int, list[Pointer]] = {
            row: pointers_in(self._resource.record, each, self._custom, under=str(row)) for row, each in values.items()
        }
        every = [pointer for each in pointers.values() for pointer in each]
        if not every:
            return {}, {}
        errors, names = await self._references.resolve(every, self._context.grants, None)
        wrong = {
            row: tuple(
                replace(errors[each.pointer], pointer=each.pointer.removeprefix(str(row)))
                for each in found
                if each.pointer in errors
            )
            for row, found in pointers.items()
        }
        return {row: each for row, each in wrong.items() if each}, names

    async def _create(self, creates: Mapping[int, tuple[Prepared, Draft]]) -> Outcomes:
        outcomes: Outcomes = {}
        made: dict[int, tuple[UnitOfWork, Record]] = {}
        async for row in _breathing(creates):
            each, draft = creates[row]
            work = UnitOfWork(self._store, self._context, rehearsing=self._rehearsing)
            work.held_until = self.held_until
            try:
                made[row] = work, await self._make(work, row, draft)
            except Refusal as refusal:
                outcomes[row] = bad_row(each, refusal)
        works = await self._alone(made, creates, outcomes)
        if self._rehearsing:
            return outcomes | dict.fromkeys(works, Outcome.CREATED)
        for row, outcome in zip(works, await commit_rows(self._store, list(works.values())), strict=True):
            each, draft = creates[row]
            outcomes[row] = await self._settled(each, draft, outcome)
        return outcomes

    async def _alone(
        self,
        made: Mapping[int, tuple[UnitOfWork, Record]],
        creates: Mapping[int, tuple[Prepared, Draft]],
        outcomes: Outcomes,
    ) -> dict[int, UnitOfWork]:
        """The rows that no rule refuses as duplicates; what is told of them is kept before they are written."""
        judged = await notice_together(list(made.values()), allowed=self._import.allow_duplicates)
        told = dict(zip(made, judged, strict=True))
        outcomes |= {row: bad_row(creates[row][0], each) for row, each in told.items() if isinstance(each, Refusal)}
        await self._tell({row: each for row, each in told.items() if not isinstance(each, Refusal)})
        return {row: work for row, (work, _) in made.items() if row not in outcomes}

    async def _tell(self, told: Mapping[int, Warnings]) -> None:
        rows = {row: [each.model_dump() for each in warnings] for row, warnings in told.items() if warnings}
        await rows_store.keep_duplicates(self._store, self._import.id, rows)

    async def _make(self, work: UnitOfWork, row: int, draft: Draft) -> Record:
        work.draw_ids(chain((self._import.record_id(row),), iter(new_id, None)))
        record: Record = await self._resource.create_record(work, draft)
        return record

    async def _settled(self, each: Prepared, draft: Draft, outcome: Exception | None) -> Outcome | BadRow:
        match outcome:
            case None:
                return Outcome.CREATED
            case Conflict():
                return await self._again(each, draft)
            case Unavailable():
                raise outcome
            case Refusal():
                return bad_row(each, outcome)
        raise outcome

    async def _again(self, each: Prepared, draft: Draft) -> Outcome | BadRow:
        """A row whose command met a rival is run again, alone, unless it has made its record."""
        record_id = self._import.record_id(each.row)

        async def command(work: UnitOfWork) -> Warnings:
            if await rows_store.existing(self._store, self._resource.collection, [record_id]):
                return ()
            record = await self._make(work, each.row, draft)
            return await notice(work, record, allowed=self._import.allow_duplicates)

        try:
            await self._tell({each.row: await self._store.run(command, self._context)})
        except Unavailable:
            raise
        except Refusal as refusal:
            return bad_row(each, refusal)
        return Outcome.CREATED

    async def _update(self, updates: Mapping[int, tuple[Prepared, str]]) -> Outcomes:
        errors, names = await self._resolved({row: each.values for row, (each, _) in updates.items()})
        outcomes: Outcomes = {row: BadRow(row, wrong, updates[row][0].texts) for row, wrong in errors.items()}
        whole = [found for row, found in updates.items() if row not in errors]
        for start in range(0, len(whole), CHANGES_AT_ONCE):
            outcomes |= await self._changing.change(whole[start : start + CHANGES_AT_ONCE], names)
        return outcomes


async def _breathing(items: Iterable[T]) -> AsyncIterator[T]:
    """The same items; other tasks get a turn in between."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _BREATH == 0:
            await asyncio.sleep(0)
