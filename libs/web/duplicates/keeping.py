"""The keys of records, kept in step with the rules: when these change, a job gives all records theirs."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel

from libs.domain.duplicates import DuplicateRules
from libs.jobs.duties import Duty
from libs.jobs.jobs import JobKind, begin
from libs.jobs.progress import Progress
from libs.store.context import Context
from libs.store.errors import answering
from libs.store.matching import rekey
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.directory import RELOADED_EVERY, Directory

_AT_ONCE: Final = 500
_ALL_KNOW: Final = timedelta(seconds=2 * RELOADED_EVERY)
"""After so long every copy of the service knows the rules, and writes keys by them."""


class GiveKeys(BaseModel):
    """`mark` is that of the rules that wanted it; with `since` only to records that have changed from then on."""

    collection: str
    mark: str
    since: datetime | None = None


class KeyKeeping:
    """What was begun is told by a document of `meta` for each collection: the mark of its keys."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._begun: dict[str, str] = {}
        self.kind: Final = JobKind("match_keys", GiveKeys, self._give)
        self.duty: Final = Duty("match_keys", 1.0, self.keep)

    async def keep(self, store: Store) -> None:
        """Begins a job for each collection whose records have other keys than its rules give."""
        for record in store.records:
            collection, rules = record.collection, self._directory.duplicate_rules(record.collection)
            if self._begun.get(collection, "") != rules.mark:
                await self._begin(store, collection, rules)
                self._begun[collection] = rules.mark

    async def _begin(self, store: Store, collection: str, rules: DuplicateRules) -> None:
        """Twice: at once, and when no copy writes by the rules before any more."""
        known_as = f"match_keys|{collection}"

        async def command(work: UnitOfWork) -> None:
            known = await store.collection("meta").find_one({"_id": known_as})
            if known is not None and known["value"] == rules.mark:
                return
            begin(work, self.kind, GiveKeys(collection=collection, mark=rules.mark))
            late = GiveKeys(collection=collection, mark=rules.mark, since=work.now)
            begin(work, self.kind, late, after=_ALL_KNOW)
            if known is None:
                work.put("meta", {"_id": known_as, "value": rules.mark})
            else:
                work.amend("meta", known, {"$set": {"value": rules.mark}})

        await store.run(command, Context())

    async def _give(self, progress: Progress, request: GiveKeys) -> None:
        """Ends where the rules have changed again: then another job is begun."""
        store, collection = progress.store, request.collection
        if self._directory.duplicate_rules(collection).mark != request.mark:
            await self._directory.reload()
        if request.since is None and progress.cursor is None:
            async with answering():
                await progress.advance(total=await store.collection(collection).estimated_document_count())
        while (rules := self._directory.duplicate_rules(collection)).mark == request.mark:
            number, last = await rekey(
                store, collection, rules, after=progress.cursor, since=request.since, limit=_AT_ONCE
            )
            if last is None:
                return
            await progress.advance(number, cursor=last)
