"""Rows that change records, a hundred in one transaction together with what they have changed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from libs.domain.custom_fields import CustomFields
from libs.domain.grants import Operation
from libs.domain.money import refuse_excess_digits
from libs.domain.pointing import Leads
from libs.domain.record import Record, revision_of
from libs.domain.refusals import Refusal, Unavailable
from libs.store.context import Context
from libs.store.documents import to_document
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from libs.web.duplicates.noticing import notice
from libs.web.imports import store as rows_store
from libs.web.imports.model import Import
from libs.web.imports.outcomes import Outcome, Outcomes, bad_row
from libs.web.imports.preparing import Prepared, changes_in
from libs.web.imports.store import Changed
from libs.web.patching import revised
from libs.web.references import named
from libs.web.resource import Resource

CHANGES_AT_ONCE: Final = 100

Change = tuple[Prepared, str]
"""A row, and the id of the record that it means."""


class Changing:
    """Changes records as the resource's own command does; the caller must be allowed to, record by record."""

    def __init__(
        self,
        store: Store,
        resource: Resource[Any],
        found: Import,
        context: Context,
        *,
        custom: CustomFields,
        rehearsing: bool,
    ) -> None:
        self._store = store
        self._resource = resource
        self._import = found
        self._context = replace(context, operation=Operation.WRITE)
        self._custom = custom
        self._rehearsing = rehearsing

    async def change(self, changes: Sequence[Change], names: Leads) -> Outcomes:
        """What became of the rows; `names` tell where their references lead.

        Where something in the transaction is refused, the rows are changed one by one.
        """
        try:
            return await self._together(changes, names)
        except Unavailable:
            raise
        except Refusal as refusal:
            if len(changes) == 1:
                return {each.row: bad_row(each, refusal) for each, _ in changes}
        outcomes: Outcomes = {}
        for each in changes:
            outcomes |= await self.change([each], names)
        return outcomes

    async def _together(self, changes: Sequence[Change], names: Leads) -> Outcomes:
        async def command(work: UnitOfWork) -> Outcomes:
            ids = [record_id for _, record_id in changes]
            await work.find(self._resource.record, {"_id": {"$in": ids}}, limit=len(ids))  # then each is known
            outcomes: Outcomes = {}
            kept: list[Changed] = []
            for each, record_id in changes:
                try:
                    changed = await self._change(work, each, record_id, names)
                except Refusal as refusal:
                    outcomes[each.row] = bad_row(each, refusal)
                    continue
                outcomes[each.row] = Outcome.UPDATED if changed else Outcome.UNCHANGED
                kept += [changed] if changed else []
            if kept:
                rows_store.keep_changes(work, self._import.id, kept)
            return outcomes

        if not self._rehearsing:
            return await self._store.run(command, self._context)
        async with answering():
            return await command(UnitOfWork(self._store, self._context, rehearsing=True))

    async def _change(self, work: UnitOfWork, each: Prepared, record_id: str, names: Leads) -> Changed | None:
        """What was changed, None where the record says the same already."""
        record_type = self._resource.record
        current = await work.get_target(record_type, record_id)
        patch = changes_in(each.values, current)
        wanted = revised(current, patch, self._custom)
        refuse_excess_digits(record_type, wanted.__dict__)
        linked = wanted.evolve(**named(record_type, {name: getattr(wanted, name) for name in patch}, names))
        if not any(_differing(current, linked)):
            return None
        changed = await self._resource.change_record(work, current, linked)
        warnings = await notice(work, changed, allowed=self._import.allow_duplicates)
        if warnings:
            told = {each.row: [warning.model_dump() for warning in warnings]}
            await rows_store.keep_duplicates(self._store, self._import.id, told)
        before, after = _differing(current, changed)
        return Changed(each.row, record_id, before, after)


def _differing(current: Record, changed: Record) -> tuple[Document, Document]:
    """The open fields that differ, as they were and as they are; one without a value is missing."""
    old, new = to_document(current), to_document(changed)
    names = [name for name in revision_of(type(current)).model_fields if old.get(name) != new.get(name)]
    return ({name: old[name] for name in names if name in old}, {name: new[name] for name in names if name in new})
