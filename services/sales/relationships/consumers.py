"""Relationships between records that were merged into each other, and taken apart again."""

from collections.abc import Sequence

from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.relationships import commands
from services.sales.relationships import store as relationships


async def follow_merges(store: Store, subjects: Sequence[str], context: Context) -> None:
    """Both ends have moved already, as whatever refers to a record does."""

    async def follow(relationship_id: str) -> None:
        async def command(work: UnitOfWork) -> None:
            await commands.follow_merge(work, relationship_id)

        await store.run(command, context)

    for relationship_id in await relationships.moved_by(store, subjects):
        await follow(relationship_id)
