"""The activity service as it runs: with a gateway behind which other services' records are found, or with mail."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.activity import app
from services.activity.email_sending.model import Patience
from services.activity.email_sending.postman import Pace
from tests.support import mailbox as mailboxes
from tests.support.mailbox import Mailbox, mailbox, shared_mailbox
from tests.support.services import COLLEAGUE, Running, running

__all__ = ["mailbox", "shared_mailbox"]
"""Fixtures from elsewhere."""

QUICK: Final = Pace(
    per_minute=100_000,
    poll_every=0.02,
    lease=30.0,
    patience=Patience(first_pause=timedelta(milliseconds=50), longest_pause=timedelta(milliseconds=200)),
)
INBOX: Final = "inbox@example.org"

CROWD = 1003
"""More than fit into one page of a list, or into one portion of a job."""

OTHERS: dict[str, list[dict[str, str]]] = {
    "campaigns": [{"id": "spring", "name": "Spring sale"}],
    "leads": [{"id": "ada", "full_name": "Ada Lovelace", "topic": "Engines"}],
    "users": [{"id": COLLEAGUE, "name": "Rui Reis"}, {"id": "eva", "name": "Eva Egli"}],
    "accounts": [{"id": f"account-{number:05}", "name": f"Account {number}"} for number in range(CROWD)],
    "contacts": [{"id": "bob", "full_name": "Bob Noyce"}, {"id": "grace", "full_name": "Grace Hopper"}],
}
"""Records of other services, by collection."""


async def _owner(request: web.Request) -> web.Response:
    """The records of a collection whose ids a filter names, or those after one by their ids; others do not match."""
    filter_, top = request.query["$filter"], int(request.query["$top"])
    records = OTHERS.get(request.match_info["collection"], [])
    if filter_ == "nonsense":
        return web.json_response({"code": "invalid_query"}, status=422)
    if filter_.startswith("id in "):
        found = [record for record in records if f"'{record['id']}'" in filter_]
    else:
        after = filter_.rpartition("id gt ")[2].strip("'") if "id gt " in filter_ else ""
        found = [record for record in records if record["id"] > after]
    return web.json_response({"value": found[:top]})


@pytest.fixture(scope="module")
async def activity(mongo_url: str, amqp_url: str, emptied_database: str) -> AsyncIterator[Running]:
    """A service that the tests of one file share; each works with records of its own."""
    gateway = web.Application()
    gateway.router.add_get("/api/v1/{collection}", _owner)
    async with (
        TestServer(gateway) as server,
        running(
            app.ACTIVITY,
            mongo_url=mongo_url,
            amqp_url=amqp_url,
            database=emptied_database,
            gateway=str(server.make_url("")),
        ) as service,
    ):
        yield service


@pytest.fixture(scope="module")
async def mailing(
    shared_mailbox: Mailbox, mongo_url: str, amqp_url: str, shared_database: str
) -> AsyncIterator[Running]:
    """A service whose mail arrives in the box."""
    service = app.activity(QUICK, INBOX)
    async with mailboxes.mailing(
        service, shared_mailbox, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database
    ) as up:
        yield up
