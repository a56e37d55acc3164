"""What becomes of mail whose person was erased before anybody had looked at it."""

from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.privacy import Person
from libs.privacy.scrubbing import Erased
from libs.store.clock import utc_now
from libs.store.erased import keep_tombstone
from libs.store.files import Files
from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.email_contents.store import FILES
from services.activity.email_receiving.store import ARRIVALS, RAW, keep_arrival
from tests.services.activity.email_receiving.conftest import PATH, Post
from tests.support.waiting import eventually

BOX = "unsorted"
"""A mailbox of these tests."""


def mail_of(sender: str, message_id: str, text: str = "Hello") -> bytes:
    """With a file beside the text."""
    head = f"From: {sender}\r\nTo: inbox@example.org\r\nMessage-ID: {message_id}\r\nMIME-Version: 1.0\r\n"
    file = "Content-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx"
    parts = f"--x\r\n\r\n{text}\r\n--x\r\n{file}\r\n--x--\r\n"
    return f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}".encode()


async def waiting(post: Post, raw: bytes) -> str:
    """The id of a mail that is accepted, and that nobody takes before it is released."""
    return await keep_arrival(post.service.app[STORE], raw, mailbox=BOX, at=utc_now() + timedelta(days=1))


async def sorted_(post: Post, arrival_id: str) -> dict[str, Any]:
    """The mail, released, once it is settled."""
    arrivals = post.service.app[STORE].collection(ARRIVALS)
    await arrivals.update_one({"_id": arrival_id}, {"$set": {"free_at": utc_now()}})

    async def settled() -> dict[str, Any] | None:
        return await arrivals.find_one({"_id": arrival_id, "free_at": None})

    return await eventually(settled)


async def test_a_mail_whose_bytes_are_gone_is_settled_and_counted(post: Post) -> None:
    arrival_id = await waiting(post, mail_of("gone@example.com", "<gone@example.com>"))
    await Files(post.service.app[STORE], RAW).drop(arrival_id)

    settled = await sorted_(post, arrival_id)

    box = (await post.traffic())[BOX]
    assert (settled["outcome"], settled["email_id"], settled["attempts"]) == ("erased", None, 1)
    assert box["erased"] >= 1
    assert box["accepted"] == box["stored"] + box["duplicates"] + box["own"] + box["erased"]


@pytest.mark.parametrize("told", ["sender", "text"])
async def test_nobody_who_was_erased_comes_back_by_a_mail_that_had_waited(post: Post, told: str) -> None:
    store, address, message_id = post.service.app[STORE], f"{told}.lost@example.com", f"<lost-{told}@example.com>"
    sender, text = (address, "Hello") if told == "sender" else ("ann@example.com", f"Write to {address}")
    arrival_id = await waiting(post, mail_of(sender, message_id, text))
    other_id = await waiting(post, mail_of("found@example.com", f"<found-{told}@example.com>"))
    erased = Erased.of(Person(emails=(address,)), salt=b"salt" * 4)

    await keep_tombstone(store, new_id(), erased.tombstone())
    settled, other = await sorted_(post, arrival_id), await sorted_(post, other_id)

    assert (settled["outcome"], other["outcome"]) == ("erased", "stored")
    _, found = await post.service.get(f"{PATH}?$filter=message_id eq '{message_id}'")
    assert found["value"] == []

    async def dropped() -> bool:
        kept = [*await Files(store, RAW).ids(), *await Files(store, FILES.bucket).ids()]
        return [each for each in kept if each.startswith((arrival_id, other_id))] == [other_id, f"{other_id}-0"]

    assert await eventually(dropped)
