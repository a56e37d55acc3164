"""The job that finds the duplicates of a whole collection, among the records that whoever began it may see."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from pydantic import BaseModel

from libs.domain.clusters import Clusters
from libs.domain.duplicates import DuplicateRule, DuplicateRules
from libs.domain.grants import Operation, hidden_fields, row_filter
from libs.jobs.jobs import JobKind
from libs.jobs.progress import Progress
from libs.store.matching import blocks
from libs.store.reach import query_of
from libs.store.store import Document
from libs.web.authentication import Caller
from libs.web.directory import Directory
from libs.web.duplicates import groups
from libs.web.tokens import Via

FIND_DUPLICATES: Final = "find_duplicates"
MOST_FOUND: Final = 250_000
"""Records in groups that one job keeps in memory."""
_SLICES: Final = 16


class FindDuplicates(BaseModel):
    """`roles` and `via` are those of whoever began it."""

    collection: str
    roles: tuple[str, ...]
    via: Via


class Found(BaseModel):
    """How many groups, of how many records; `complete` is off where there were more than could be kept."""

    groups: int
    records: int
    complete: bool


class Finding:
    """The job. A resumed one begins anew, as what it had found was in memory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.kind: Final = JobKind(FIND_DUPLICATES, FindDuplicates, self._find)

    async def _find(self, progress: Progress, task: FindDuplicates) -> Found:
        store, collection = progress.store, task.collection
        grants = self._directory.grants(Caller(str(progress.context.actor_id), "", task.roles, "", task.via))
        rules = self._directory.duplicate_rules(collection).open_to(hidden_fields(grants, collection))
        rows = query_of(row_filter(grants, collection, Operation.READ))
        same = [DuplicateRules(tuple(each)) for _, each in groupby(sorted(rules.rules, key=_mark), key=_mark)]
        await groups.forget(store, progress.job_id)
        await progress.advance(-progress.done, total=len(same) * _SLICES)
        clusters = Clusters()
        for each in same:
            for first, last in _slices(each.mark):
                async for some in blocks(store, collection, each, rows, first=first, last=last):
                    if len(clusters) < MOST_FOUND:
                        await asyncio.to_thread(_compare, clusters, each.rules, some)
                await progress.advance(1)
        found = clusters.groups()
        await groups.keep(store, progress.job_id, found)
        return Found(groups=len(found), records=len(clusters), complete=len(clusters) < MOST_FOUND)


def _compare(clusters: Clusters, rules: Sequence[DuplicateRule], some: Sequence[Sequence[Document]]) -> None:
    for block in some:
        clusters.compare(rules, [(each["_id"], rules[0].comparable(each)) for each in block])


def _mark(rule: DuplicateRule) -> str:
    return rule.mark


def _slices(mark: str) -> Iterable[tuple[str, str]]:
    """The keys of a rule in parts of about the same size: from the one, to before the other."""
    ends = [f"{mark}{number:x}" for number in range(_SLICES)]
    return zip(ends, [*ends[1:], f"{mark}g"], strict=True)
