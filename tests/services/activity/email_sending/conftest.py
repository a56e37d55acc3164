"""The activity service with a mail server."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from services.activity.app import activity
from services.activity.email_sending.model import Patience
from services.activity.email_sending.postman import Pace
from tests.support.mailbox import Mailbox, arriving
from tests.support.services import Running, running

QUICK: Final = Pace(
    per_minute=100_000,
    poll_every=0.02,
    lease=30.0,
    patience=Patience(first_pause=timedelta(milliseconds=50), longest_pause=timedelta(milliseconds=200)),
)
INBOX: Final = "inbox@example.org"


@pytest.fixture(scope="package")
def shared_mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mailbox(shared_mailbox: Mailbox) -> Mailbox:
    shared_mailbox.empty()
    return shared_mailbox


@pytest.fixture(scope="module")
async def mailing(
    shared_mailbox: Mailbox, mongo_url: str, amqp_url: str, shared_database: str
) -> AsyncIterator[Running]:
    async with (
        arriving(shared_mailbox) as smtp_url,
        running(
            activity(QUICK, INBOX),
            mongo_url=mongo_url,
            amqp_url=amqp_url,
            database=shared_database,
            smtp_url=smtp_url,
        ) as service,
    ):
        yield service
