"""Services that were set back to a backup, as they told it."""

from typing import Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store.errors import answering
from libs.store.store import Store
from services.journal.restores.model import Restores

COLLECTION: Final = "restores"


async def keep_restore(store: Store, restored: RestoredService) -> None:
    """The latest of each service."""
    rows, body = store.collection(COLLECTION), restored.told.to_json()
    await rows.update_one({"_id": restored.service}, {"$setOnInsert": {"epoch": 0}}, upsert=True)
    older = {"_id": restored.service, "epoch": {"$lt": restored.epoch}}
    await rows.update_one(older, {"$set": {"epoch": restored.epoch, "body": body}})


@answering()
async def read_restores(store: Store) -> Restores:
    rows = await store.collection(COLLECTION).find({"body": {"$exists": True}}).to_list(None)
    told = [RestoredService.of(Envelope.from_json(row["body"])) for row in rows]
    return Restores({restored.service: restored for restored in told})
