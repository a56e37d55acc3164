"""E-mails to a server that fails half the time, from a service that is killed."""

import random
from collections import Counter
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, Envelope, Session

from libs.contracts.activity import PartyRole
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.email import Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.parties import Party
from services.activity.app import ACTIVITY
from services.activity.email_sending.commands import send_email
from services.activity.email_sending.model import SendEmail
from services.activity.email_sending.postman import Pace
from services.activity.email_sending.store import QUEUE, count_waiting
from tests.support.mailbox import Mailbox, arriving
from tests.support.processes import run_module, settings_of_service
from tests.support.services import Identities
from tests.support.waiting import eventually

AT_ONCE = 100


@dataclass
class Unsteady(Mailbox):
    """Takes every other mail: refuses four of ten for now, and hangs up on one before it has taken it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        chance = random.random()
        if chance < 0.4:
            self.refused += 1
            return "451 not now"
        if chance < 0.5:
            self.refused += 1
            server.transport.abort()  # type: ignore[union-attr]
            return "421 gone"
        return await super().handle_DATA(server, session, envelope)


async def queue(store: Store, count: int) -> set[str]:
    """Drafts and sends so many e-mails; returns their Message-IDs."""

    async def some(work: UnitOfWork) -> list[str]:
        ids = []
        for _ in range(AT_ONCE):
            party = Party(role=PartyRole.TO, email=f"{work.new_id()}@example.org")
            email = work.add(Email(id=work.new_id(), subject="Spring", parties=(party,)).begun(at=work.now))
            sent = await send_email(work, email.id, SendEmail(), domain="example.org")
            ids.append(sent.message_id or "")
        return ids

    return {id_ for _ in range(count // AT_ONCE) for id_ in await store.run(some, Context())}


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.full)])
async def test_every_mail_arrives_though_the_server_fails_and_the_service_is_killed_twice(
    count: int, mongo_url: str, amqp_url: str, database_name: str
) -> None:
    mailbox, identities = Unsteady(), Identities()
    name = f"{database_name}_activity"
    async with arriving(mailbox) as smtp_url, TestServer(identities.app()) as identity:
        store = await Store.open(mongo_url, name, service="activity", records=ACTIVITY.all_records())
        message_ids = await queue(store, count)
        environment = settings_of_service(
            mongo_url=mongo_url, amqp_url=amqp_url, database=database_name, identity=str(identity.make_url(""))
        )
        environment["TANDEM_SMTP_URL"] = smtp_url

        async def taken(part: float) -> bool:
            return len(mailbox.mails) >= part * count

        for part in (0.2, 0.5):
            async with run_module("tests.faults.mail_service", environment=environment) as process:
                await eventually(lambda part=part: taken(part), within=300)  # type: ignore[misc]
                process.kill()
                await process.wait()
        async with run_module("tests.faults.mail_service", environment=environment):

            async def decided() -> bool:
                return await store.collection(QUEUE).count_documents({}) == 0

            await eventually(decided, within=600, every=0.2)

        arrived = Counter(str(mail["Message-ID"]) for mail in mailbox.mails)
        assert arrived.keys() == message_ids
        assert mailbox.refused > count / 2
        assert arrived.total() - count <= 2 * Pace().at_once
        assert await count_waiting(store) == (0, 0)
        emails = store.collection(AnyActivity.collection)
        assert await emails.count_documents({"state": "completed", "status_reason": "sent"}) == count
        await store.close()
