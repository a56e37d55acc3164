"""The whole suite, as people run it, and somebody who is signed in at its gateway.

One worker plays all the stories, so that the suite is started once; it ends with them, as it takes a third of a core.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from deploy.local.suite import admin_password
from tests.flows.people import Organisation
from tests.support.calling import Caller, sign_in

STORIES = Path(__file__).parent
OUTSIDE = ("MONGO_URL", "AMQP_URL", "TANDEM_PORT", "TANDEM_ADMIN_PASSWORD")
GENEROUS = {
    "TANDEM_PUBLIC_REQUESTS_PER_SECOND": "1000",
    "TANDEM_PUBLIC_REQUEST_BURST": "1000",
    "TANDEM_WEBHOOKS_ALLOW_HTTP": "true",
    "TANDEM_WEBHOOKS_ALLOW_PRIVATE": "true",
    "TANDEM_DATABASE_SECONDS": "60",
    "TANDEM_OVERVIEW_SECONDS": "60",
}
"""The tests are one address that asks more without a sign-in than a person would, and receive webhooks there; their
machine may be slow.
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if STORIES in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))  # the first one waits for the suite


@pytest.fixture(scope="package")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = Home(tmp_path_factory.mktemp("suite"), private=True)
    with pytest.MonkeyPatch.context() as environment:
        for name in OUTSIDE:
            environment.delenv(name, raising=False)
        async with stack(home, settings=GENEROUS) as running:
            yield running


@pytest.fixture(scope="package")
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened:
        yield opened


@pytest.fixture(scope="package")
async def admin(suite: Stack, session: ClientSession) -> Caller:
    tokens = await sign_in(session, suite.url("gateway"), "admin", admin_password(suite.home))
    return Caller(session, suite.url("gateway"), tokens["access_token"])


@pytest.fixture(scope="package")
def stranger(suite: Stack, session: ClientSession) -> Caller:
    return Caller(session, suite.url("gateway"))


@pytest.fixture(scope="package")
def organisation(suite: Stack, session: ClientSession, admin: Caller) -> Organisation:
    return Organisation(session, suite.url("gateway"), admin)
