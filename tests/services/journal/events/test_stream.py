"""The live stream: no gap, no repeat, from wherever a reader was."""

import asyncio

import pytest

from libs.web.requests import AUTHENTICATOR
from tests.services.journal.conftest import Announce, Made, named
from tests.services.journal.reading import STREAM, listed, reading
from tests.support.services import Running, running


async def test_what_happens_is_streamed_as_it_happens(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    async with reading(events, f"types={kind}.%23") as reader:
        first, later = made(2), made(1, verb="updated")
        await announce(*first)
        heard = await reader.take(2)
        await announce(*later)
        heard += await reader.take(1)

    assert {event["id"] for event in heard[:2]} == {each.id for each in first}
    assert heard[2]["id"] == later[0].id
    assert {event["data"]["record"]["topic"] for event in heard[:2]} == {"Zürich\n0", "Zürich\n1"}


async def test_a_stream_that_was_cut_resumes_without_gap_or_repeat(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    announced = made(250)
    heard: list[str] = []
    last: str | None = "0"
    await announce(*announced)
    for size in (1, 7, 92, 100, 50):
        async with reading(events, f"types={kind}.%23", last=last) as reader:
            heard += [event["id"] for event in await reader.take(size)]
            last = reader.last

    assert heard == [event["id"] for event in await listed(events, f"types={kind}.%23&$top=1000")]
    assert sorted(heard) == sorted(each.id for each in announced)


async def test_a_reader_of_one_copy_hears_what_the_other_stores(
    events: Running, second: Running, announce: Announce, made: Made, kind: str
) -> None:
    async with reading(events, f"types={kind}.%23") as one, reading(second, f"types={kind}.%23") as two:
        await announce(*made(60))
        heard = await asyncio.gather(one.take(60), two.take(60))

    assert heard[0] == heard[1]


async def test_after_names_a_position_for_readers_that_have_no_header(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    announced = made(3)
    async with reading(events, f"types={kind}.%23") as reader:
        await announce(*announced)
        heard = await reader.take(1)
    async with reading(events, f"types={kind}.%23&after={reader.last}") as rest:
        heard += await rest.take(2)

    assert sorted(event["id"] for event in heard) == sorted(each.id for each in announced)


@pytest.mark.parametrize("query", ["after=999999999999", "after=x", "types=a..b"])
async def test_a_position_or_pattern_that_cannot_be_is_refused(events: Running, query: str) -> None:
    assert (await events.get(f"{STREAM}?{query}"))[0] == 422


async def test_a_stream_ends_with_the_sign_in_it_was_opened_by(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    async with reading(events, f"types={kind}.%23", session_id="session-2") as reader:
        events.app[AUTHENTICATOR].revoke("session-2")
        await announce(*made(1))
        assert await reader.rest() == []


async def test_nobody_reads_without_a_sign_in(events: Running) -> None:
    async with events.session.get(f"{events.url}{STREAM}") as response:
        assert response.status == 401


async def test_a_ticket_opens_one_stream(events: Running) -> None:
    _, ticket = await events.post("/api/v1/events/ticket")
    path = f"{events.url}{STREAM}?ticket={ticket['ticket']}"

    async with events.session.get(path) as response:
        assert (response.status, ticket["expires_in"]) == (200, 60)
    async with events.session.get(path) as again:
        assert again.status == 401


async def test_a_stop_ends_streams_at_once(mongo_url: str, amqp_url: str, database_name: str, name: str) -> None:
    async with (
        running(named(f"{name}_stopped"), mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as journal,
        reading(journal) as reader,
    ):
        ending = asyncio.create_task(reader.rest())
        await journal.app.shutdown()
        assert await ending == []
