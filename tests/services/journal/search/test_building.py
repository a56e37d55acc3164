"""A copy of the journal whose search is being built."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from deploy.local.stack import SEARCH
from libs.store.store import Store
from services.journal.search import following
from services.journal.search.store import newest_events
from tests.services.journal.conftest import Announce, named
from tests.services.journal.search.making import Search, contact, found
from tests.support.services import Running, eventually_ready, running


@pytest.fixture
def going_on(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Until it is set, no search is built."""
    going_on = asyncio.Event()

    async def read(store: Store, collection: str) -> AsyncIterator[list[bytes]]:
        await going_on.wait()
        async for page in newest_events(store, collection):
            yield page

    monkeypatch.setattr(following, "newest_events", read)
    return going_on


@pytest.fixture
def copy(mongo_url: str, amqp_url: str, shared_database: str, name: str) -> AbstractAsyncContextManager[Running]:
    """Another copy of the same journal, of which nobody waits for the search."""
    start = partial(running, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database)
    return start(named(name), exclude=SEARCH)


async def test_what_is_no_search_is_answered_meanwhile_and_a_search_says_when_to_ask_again(
    search: Search,
    announce: Announce,
    copy: AbstractAsyncContextManager[Running],
    going_on: asyncio.Event,
    word: str,
) -> None:
    await announce(contact(word, id_=word))
    await found(search, word, 1)

    async with copy as journal:
        assert (await journal.get(f"/api/v1/events?subject=contacts/{word}"))[1]["value"]
        status, told = await journal.get("/readyz")
        assert (status, told["checks"]["search"]) == (503, "the search is being built")
        assert (await journal.get(f"/readyz?exclude=rabbitmq,{SEARCH}"))[0] == 200
        for path in (f"search?q={word}", "search/state"):
            headers = {"Authorization": f"Bearer {journal.identities.token('administrator')}"}
            async with journal.session.get(f"{journal.url}/api/v1/{path}", headers=headers) as refused:
                assert (refused.status, (await refused.json())["code"]) == (503, "unavailable")
                assert refused.headers["Retry-After"] == "5"

        going_on.set()
        await eventually_ready(journal.session, journal.url)
        assert (await search(word, journal))["@odata.count"] == 1
