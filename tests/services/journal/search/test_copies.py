"""Several copies of the journal, each with an index of its own."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from tests.services.journal.conftest import Announce, named
from tests.services.journal.search.making import Search, contact, found
from tests.support.events import envelope
from tests.support.services import Running, running

Copy = Callable[[], AbstractAsyncContextManager[Running]]


@pytest.fixture
def copy(mongo_url: str, amqp_url: str, shared_database: str, name: str) -> Copy:
    """Starts another copy of the same journal."""
    return partial(running, named(name), mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database)


async def test_another_copy_finds_what_was_there_before_it_and_what_comes(
    search: Search, announce: Announce, copy: Copy, word: str
) -> None:
    await announce(
        *(contact(f"{word} {number}", id_=f"{word}-{number}") for number in range(40)),
        envelope("elsewhere.contact.created", "contacts", {"id": f"{word}-elsewhere", "full_name": word}),
    )
    await found(search, word, 40)
    await announce(*(contact(word, id_=f"{word}-{number}", sequence=2, verb="deleted") for number in range(10)))
    await found(search, word, 30)

    async with copy() as journal:
        assert (await search(word, journal))["@odata.count"] == 30
        await announce(contact(f"{word} 40", id_=f"{word}-40"))
        await asyncio.gather(found(search, word, 31), found(search, word, 31, journal=journal))
