"""Webhooks, as their deliveries ask for them."""

from libs.store.documents import WITHOUT_PRIVATE, to_record
from libs.store.errors import answering
from libs.store.store import Store
from services.journal.webhooks.model import Webhook


async def find(store: Store, webhook_id: str) -> Webhook | None:
    async with answering():
        document = await store.collection(Webhook.collection).find_one({"_id": webhook_id}, WITHOUT_PRIVATE)
    return None if document is None or "_deleted" in document else to_record(Webhook, document)
