"""The service department's service, running beside an owner of customers that it may ask."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.service.app import SERVICE
from tests.support.services import Running, running


@dataclass
class Owner:
    """Lists accounts by their ids as the sales service does; `asked` are the ids that it was asked for."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def list(self, request: web.Request) -> web.Response:
        ids = re.findall("'([^']*)'", request.query["$filter"])
        self.asked += ids
        return web.json_response({"value": [self.accounts[id_] for id_ in ids if id_ in self.accounts]})


@pytest.fixture(scope="module")
def owner() -> Owner:
    return Owner(accounts={"acme": {"id": "acme", "name": "Acme Ltd"}})


@pytest.fixture(scope="module")
async def cases(mongo_url: str, amqp_url: str, emptied_database: str, owner: Owner) -> AsyncIterator[Running]:
    """A service that the tests of one file share; each works with cases of its own."""
    app = web.Application()
    app.router.add_get("/api/v1/accounts", owner.list)
    async with TestServer(app) as server:
        gateway = str(server.make_url(""))
        async with running(
            SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=emptied_database, gateway=gateway
        ) as service:
            yield service
