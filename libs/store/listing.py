"""Pages of documents that are no records: jobs, parked messages, timers left aside."""

from collections.abc import Mapping, Sequence
from typing import Any

from libs.store.errors import answering
from libs.store.mongo import Collection, Document
from libs.store.query.options import ListQuery


def owned(owner_id: str | None) -> Document:
    """Whose documents are meant; everybody's without an owner."""
    return {} if owner_id is None else {"owner_id": owner_id}


@answering()
async def find_page(
    collection: Collection, query: ListQuery, visible: Mapping[str, Any], *, without: Sequence[str] = ()
) -> tuple[list[Document], int | None]:
    """One more document than the page holds, if there are more, and the count of the whole list where it was asked for.

    Fields in `without` are not read.
    """
    wanted = {"$and": [query.filter, visible]}
    cursor = collection.find(wanted, dict.fromkeys(without, 0)).sort(list(query.sort)).skip(query.skip)
    found = await cursor.limit(query.limit).to_list(query.limit)
    return found, await collection.count_documents(wanted) if query.count else None
