from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from libs.jobs.jobs import JOBS
from libs.web.settings import ServiceSettings
from services.identity.password_links import store as password_links
from services.identity.users.passwords import Passwords
from tests.services.identity.running import Heard, Identity, listening, running, settings_for
from tests.support.mailbox import Mailbox, arriving, mailbox, shared_mailbox

__all__ = ["mailbox", "shared_mailbox"]
"""Fixtures from elsewhere."""


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords()
    yield passwords
    passwords.close()


@pytest.fixture
def settings(mongo_url: str, amqp_url: str, database_name: str, tmp_path: Path) -> ServiceSettings:
    return settings_for(mongo_url, amqp_url, database_name, tmp_path)


@pytest.fixture
async def fresh(settings: ServiceSettings) -> AsyncIterator[Identity]:
    """A service that no other test uses."""
    async with running(settings) as service:
        yield service


@pytest.fixture(scope="module")
async def identity(
    mongo_url: str, amqp_url: str, emptied_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Identity]:
    """A service that the tests of one file share; each works with users of its own."""
    directory = tmp_path_factory.mktemp("identity")
    async with running(settings_for(mongo_url, amqp_url, emptied_database, directory)) as service:
        yield service


@pytest.fixture
async def heard(amqp_url: str) -> AsyncIterator[Heard]:
    async with listening(amqp_url) as events:
        yield events


@pytest.fixture(scope="module")
async def correspondent(
    mongo_url: str,
    amqp_url: str,
    emptied_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_mailbox: Mailbox,
) -> AsyncIterator[Identity]:
    async with arriving(shared_mailbox) as smtp_url:
        settings = settings_for(
            mongo_url,
            amqp_url,
            f"{emptied_database}_mail",
            tmp_path_factory.mktemp("mail"),
            smtp_url=smtp_url,
            mail_from="crm@example.org",
            public_url="https://crm.example/",
        )
        async with running(settings) as service:
            yield service


@pytest.fixture
async def writing(correspondent: Identity) -> Identity:
    """An identity service that can send mail, and has nothing to send."""
    for name in (JOBS, password_links.COLLECTION):
        await correspondent.store.collection(name).delete_many({})
    return correspondent
