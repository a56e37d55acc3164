"""What lies beside e-mails stays as long as they do."""

from datetime import timedelta
from typing import Any

from libs.store.clock import utc_now
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.store import Store
from libs.web.executing import STORE
from services.activity.email_contents.store import BODIES, FILES
from services.activity.email_contents.tidying import forget_purged
from services.activity.email_receiving.store import ARRIVALS, RAW
from tests.support.services import Running


async def kept(store: Store, email_id: str, *, attached: bool = True, removed: bool = False) -> None:
    """A record with everything that lies beside it."""
    file_id = f"{email_id}-0"
    await store.collection(BODIES).insert_one({"_id": email_id, "text": "x"})
    await Files(store, FILES.bucket).put(file_id, b"file")
    await Files(store, RAW).put(email_id, b"raw")
    await store.collection(ARRIVALS).insert_one({"_id": email_id, "mailbox": "smtp"})
    deleted: dict[str, Any] = {"_deleted": utc_now()} if removed else {}
    attachments = [{"id": file_id}] if attached else []
    record = {"_id": email_id, "type": "email", "attachments": attachments, **deleted}
    await store.collection("activities").insert_one(record)


async def beside(store: Store, email_id: str) -> tuple[bool, bool, bool]:
    """Whether its body, its file and its raw mail are there."""
    body = await store.collection(BODIES).find_one({"_id": email_id})
    files, raws = await Files(store, FILES.bucket).ids(), await Files(store, RAW).ids()
    return body is not None, f"{email_id}-0" in files, email_id in raws


async def test_what_was_purged_leaves_nothing_and_what_can_be_restored_all(activity: Running) -> None:
    store = activity.app[STORE]
    there, removed, purged, detached, waiting = (new_id() for _ in range(5))
    for email_id in (there, purged, waiting):
        await kept(store, email_id)
    await kept(store, removed, removed=True)
    await kept(store, detached, attached=False)
    await store.collection("activities").delete_many({"_id": {"$in": [purged, waiting]}})
    await store.collection(ARRIVALS).update_one({"_id": waiting}, {"$set": {"free_at": utc_now()}})

    await forget_purged(store, utc_now() - timedelta(days=1))
    assert await beside(store, detached) == (True, True, True)
    await forget_purged(store, utc_now() + timedelta(seconds=1))

    assert await beside(store, there) == (True, True, True)
    assert await beside(store, removed) == (True, True, True)
    assert await beside(store, purged) == (False, False, False)
    assert await beside(store, detached) == (True, False, True)
    assert await beside(store, waiting) == (False, False, True)
