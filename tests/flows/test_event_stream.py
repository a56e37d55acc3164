"""Following the events as they come, through the gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from deploy.local.stack import Stack
from tests.flows.people import Organisation, somebody
from tests.flows.stories import SOON
from tests.support.calling import Caller


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a stream."""

    id: int
    type: str
    event: dict[str, Any]


class Listener:
    """Follows the stream with a sign-in."""

    def __init__(self, session: ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = f"{url}/api/v1/events/stream"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def follow(self, **headers: str) -> AsyncIterator[Heard]:
        async with self._session.get(self._url, headers={**self._headers, **headers}) as response:
            assert (response.status, response.content_type) == (200, "text/event-stream")
            fields: dict[str, str] = {}
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    yield Heard(int(fields["id"]), fields["event"], json.loads(fields["data"]))
                    fields = {}

    async def hear(self, subject: str, *, after: int) -> Heard:
        """The first event about `<collection>/<id>` behind a position."""
        return (await self.hear_until(subject, after=after))[-1]

    async def hear_until(self, subject: str, *, after: int) -> list[Heard]:
        """That event, and what came before it."""
        before: list[Heard] = []
        async with asyncio.timeout(SOON):
            async for heard in self.follow(**{"Last-Event-ID": str(after)}):
                before.append(heard)
                if heard.event["subject"] == subject:
                    return before
        raise AssertionError("the stream has ended")


@pytest.fixture(scope="module")
async def listener(suite: Stack, organisation: Organisation) -> Listener:
    tokens = await organisation.tokens(await organisation.hire("administrator"))
    return Listener(organisation.session, suite.url("gateway"), tokens["access_token"])


async def position(admin: Caller) -> int:
    return int((await admin.get("events", **{"$top": "1"}, after="0"))["position"])


async def test_a_write_is_heard_with_its_record(admin: Caller, listener: Listener) -> None:
    before = await position(admin)

    lead = await admin.post("leads", somebody())

    heard = await listener.hear(f"leads/{lead['id']}", after=before)
    assert heard.type == heard.event["type"] == "sales.lead.created"
    assert heard.event["data"]["record"] == lead


async def test_whoever_comes_back_goes_on_where_they_were(admin: Caller, listener: Listener) -> None:
    lead = await admin.post("leads", somebody())
    created = await listener.hear(f"leads/{lead['id']}", after=await position(admin))

    await admin.post(f"leads/{lead['id']}/contact")

    following = await listener.hear(f"leads/{lead['id']}", after=created.id)
    assert following.type == "sales.lead.contacted"
    assert following.id > created.id


async def test_positions_have_no_gaps(admin: Caller, listener: Listener) -> None:
    lead = await admin.post("leads", somebody())
    created = await listener.hear(f"leads/{lead['id']}", after=await position(admin))
    for _ in range(3):
        await admin.post(f"leads/{lead['id']}/contact")

    heard: list[int] = []
    async with asyncio.timeout(SOON):
        async for each in listener.follow(**{"Last-Event-ID": str(created.id)}):
            heard.append(each.id)
            if len(heard) == 3:
                break

    assert heard == [created.id + 1, created.id + 2, created.id + 3]


async def test_a_browser_follows_with_a_ticket_that_is_good_once(
    suite: Stack, admin: Caller, session: ClientSession
) -> None:
    ticket = (await admin.post("events/ticket"))["ticket"]
    url = f"{suite.url('gateway')}/api/v1/events/stream"

    async with session.get(url, params={"ticket": ticket}) as first:
        pass
    async with session.get(url, params={"ticket": ticket}) as second:
        pass

    assert (first.status, second.status) == (200, 401)


async def test_the_stream_is_closed_to_strangers(stranger: Caller) -> None:
    assert (await stranger.ask("GET", "events/stream")).status == 401


async def test_somebody_hears_of_what_they_may_see_and_of_nothing_else(
    suite: Stack, admin: Caller, organisation: Organisation
) -> None:
    before = await position(admin)
    tokens = await organisation.tokens(await organisation.hire("salesperson"))
    lead = await admin.post("leads", somebody())
    salesperson = Listener(organisation.session, suite.url("gateway"), tokens["access_token"])

    heard = await salesperson.hear_until(f"leads/{lead['id']}", after=before)

    assert heard[-1].type == "sales.lead.created"
    assert [each.type for each in heard if each.type.startswith(("identity.session.", "identity.role."))] == []
