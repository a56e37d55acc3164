"""The pipeline that every installation has, made at the start where it is missing."""

from contextlib import suppress

from libs.store.context import Context
from libs.store.errors import Duplicate
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import DEFAULT, DEFAULT_ID, Pipeline


async def make_default_pipeline(store: Store) -> None:
    """What sales managers have made of it stays. Opportunities from before there were pipelines get its id, which
    their reader fills in anyway, so that lists find them by it: nothing about them has changed that events tell.
    """

    async def command(work: UnitOfWork) -> None:
        if await work.look_up(Pipeline, DEFAULT_ID) is None:
            work.add(DEFAULT)

    with suppress(Duplicate):  # another copy has just made it
        await store.run(command, Context())
    await store.collection(Opportunity.collection).update_many(
        {"pipeline_id": None}, {"$set": {"pipeline_id": DEFAULT_ID}}
    )
