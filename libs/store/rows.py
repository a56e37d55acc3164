"""Many creates in few round trips. Each row is a unit of work of its own, so a bad row stops no other."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from pymongo.errors import BulkWriteError

from libs.domain.refusals import Refusal
from libs.store.commit import Commit, meaning
from libs.store.errors import answering
from libs.store.keys import owned_by, pass_on
from libs.store.mongo import Collection, Document
from libs.store.store import Store
from libs.store.work import UnitOfWork

_BREATH: Final = 25


async def commit_rows(store: Store, works: Sequence[UnitOfWork]) -> list[Exception | None]:
    """Commits every unit of work; tells for each what went wrong, None where it is written.

    A `Conflict` among them means that this row's command is to be run again.
    """
    outcomes: list[Exception | None] = [None] * len(works)
    together: defaultdict[str, list[tuple[int, Commit, Document]]] = defaultdict(list)
    async with answering():
        for number, work in enumerate(works):
            if number % _BREATH == 0:
                await asyncio.sleep(0)  # to prepare many commits takes a while, in which others want their turn
            try:
                commit = store.commit_of(work)
            except Refusal as refusal:
                outcomes[number] = refusal
                continue
            if insertion := commit.insertion():
                together[insertion[0]].append((number, commit, insertion[1]))
            else:
                outcomes[number] = await _outcome(commit)
        for name, rows in together.items():
            await asyncio.shield(_insert(store, store.collection(name), rows, outcomes))
    return outcomes


async def _outcome(commit: Commit) -> Exception | None:
    try:
        async with answering():
            await commit.done()
    except Exception as error:  # noqa: BLE001  # the row's own outcome, handed to the caller
        return error
    return None


async def _insert(
    store: Store,
    collection: Collection,
    rows: Sequence[tuple[int, Commit, Document]],
    outcomes: list[Exception | None],
) -> None:
    try:
        await collection.insert_many([document for _, _, document in rows], ordered=False)
    except BulkWriteError as error:
        for each in error.details.get("writeErrors", ()):
            outcomes[rows[each["index"]][0]] = meaning(each)
        if error.details.get("writeConcernErrors"):
            raise
        await pass_on(
            collection,
            [key for number, _, document in rows if outcomes[number] is not None for key in owned_by(document)],
        )
    written = [commit for number, commit, _ in rows if outcomes[number] is None]
    store.outbox.on_commit([event for commit in written if not commit.held for event in commit.events])
