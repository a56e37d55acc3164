"""The activity service with mail going out to one server, and coming in by SMTP and from an IMAP mailbox."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from libs.store.copies import keep_copies
from libs.web.executing import STORE
from services.activity.app import activity
from services.activity.email_receiving.listener import Listener
from services.activity.email_receiving.routes import PORT, Receiving
from tests.services.activity.conftest import INBOX, QUICK
from tests.support.events import envelope
from tests.support.imap import ImapBox, imap_box
from tests.support.mailbox import Mailbox, mailing
from tests.support.services import Running
from tests.support.waiting import PATIENCE, eventually

PATH = "/api/v1/activities"


@dataclass
class Post:
    """The service, the customers' mail server, and the mailbox that the service polls."""

    service: Running
    outside: Mailbox
    imap: ImapBox

    async def deliver(self, raw: bytes, *, to: str = INBOX) -> None:
        """As another mail server does, over SMTP."""
        port = self.service.app[PORT]
        await aiosmtplib.send(
            raw, sender="someone@example.com", recipients=[to], hostname="127.0.0.1", port=port, timeout=PATIENCE
        )

    def taken(self, message_id: str) -> tuple[EmailMessage, str]:
        """What the customers' server took with this Message-ID, and from which address it came."""
        arrived = zip(self.outside.mails, self.outside.envelopes, strict=True)
        return next((mail, sender) for mail, (sender, _) in arrived if mail["Message-ID"] == message_id)

    async def known(self, collection: str, id: str, email: str, name: str) -> None:
        record = {"id": id, "full_name": name, "email": email, "owner_id": "eve"}
        type_ = f"sales.{collection.removesuffix('s')}.created"
        await keep_copies(self.service.app[STORE], [envelope(type_, collection, record)])

    async def stored(self, message_id: str, count: int = 1) -> list[dict[str, Any]]:
        """The e-mails with this Message-ID, once there are so many, and nothing waits."""

        async def found() -> list[dict[str, Any]] | None:
            _, page = await self.service.get(f"{PATH}?$filter=message_id eq '{message_id}'")
            return page["value"] if len(page["value"]) >= count else None

        return await eventually(found)

    async def email(self, message_id: str) -> dict[str, Any]:
        return (await self.stored(message_id))[0]

    async def traffic(self) -> dict[str, dict[str, Any]]:
        """By mailbox, once nothing waits."""

        async def quiet() -> dict[str, dict[str, Any]] | None:
            _, told = await self.service.get("/api/v1/email_traffic")
            boxes = {box["mailbox"].partition(":")[0]: box for box in told["mailboxes"]}
            return boxes if boxes and not any(box["waiting"] for box in boxes.values()) else None

        return await eventually(quiet)


@pytest.fixture(scope="package")
async def post(mongo_url: str, amqp_url: str, kept_databases: str) -> AsyncIterator[Post]:
    """One for all tests of this folder; each works with mails of its own."""
    outside, database = Mailbox(), f"{kept_databases}_post"
    async with imap_box() as imap:
        receiving = Receiving(listen=Listener(), imap_url=imap.url, poll_every=0.1, sort_every=0.05)
        service = activity(QUICK, INBOX, receiving)
        async with mailing(service, outside, mongo_url=mongo_url, amqp_url=amqp_url, database=database) as up:
            yield Post(up, outside, imap)
