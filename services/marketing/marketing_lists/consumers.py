"""Members that were merged: whoever was on a list stays on it as the survivor."""

from collections.abc import Sequence

from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.marketing.marketing_lists import commands
from services.marketing.marketing_lists import store as members


async def follow_merges(store: Store, subjects: Sequence[str], context: Context) -> None:
    member_ids = [subject.partition("/")[2] for subject in subjects]

    async def move(list_id: str) -> None:
        async def command(work: UnitOfWork) -> None:
            await commands.follow_merges(work, list_id, member_ids)

        await store.run(command, context)

    for list_id in await members.lists_with(store, member_ids):
        await move(list_id)
