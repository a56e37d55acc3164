"""One customer from all services in one answer, also where one of them is away, slow, or refuses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from services.gateway.overview.parts import PARTS
from services.gateway.ownership import Service
from tests.services.gateway.upstream import Running, listening, running
from tests.support.waiting import PATIENCE

PATH = "/api/v1/accounts/a-1/overview"
RECORD = "/api/v1/accounts/a-1"


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    """Who is merely slow here is waited for."""
    async with running(overview_seconds=PATIENCE) as gateway:
        yield gateway


async def ask(gateway: Running, path: str = PATH) -> tuple[int, Any]:
    async with gateway.client.get(path, headers=gateway.bearer("ann"), allow_redirects=False) as answer:
        return answer.status, await answer.json(content_type=None)


def fails(gateway: Running, path: str, status: int, code: str) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"code": code}, status=status, headers={"Location": "/api/v1/accounts/a-2"})

    gateway.services.answers[path] = refuse


async def test_every_part_is_asked_of_its_service_as_the_caller(gateway: Running) -> None:
    status, overview = await ask(gateway)

    assert status == 200
    assert overview.pop("notes") == []
    assert {name: part["service"] for name, part in overview.items()} == {
        part.name: part.service for part in PARTS["accounts"]
    }
    assert len(gateway.services.seen) == len(PARTS["accounts"])
    assert {seen.headers["Authorization"].split(".")[0] for seen in gateway.services.seen} == {
        gateway.bearer("ann")["Authorization"].split(".")[0]
    }


async def test_an_id_stays_an_id_whatever_it_says(gateway: Running) -> None:
    await ask(gateway, "/api/v1/contacts/a'%20or%201%20eq%201%2F..%2F/overview")

    paths = [urlsplit(seen.path) for seen in gateway.services.seen]
    filters = [query["$filter"][0] for path in paths if "$filter" in (query := parse_qs(path.query))]
    assert all("/id eq 'a'' or 1 eq 1/../'" in text for text in filters)
    assert "/api/v1/contacts/a%27%20or%201%20eq%201%2F..%2F" in [path.path for path in paths]


async def test_what_a_service_refuses_is_missing_with_a_note(gateway: Running) -> None:
    fails(gateway, "/api/v1/cases", 403, "forbidden")

    status, overview = await ask(gateway)

    assert (status, overview["cases"]) == (200, None)
    assert overview["notes"] == [{"part": "cases", "service": "service", "note": "the service service answered 403"}]


async def test_a_service_that_has_stopped_is_named() -> None:
    async with listening(web.Application()) as stopped:
        pass
    async with running(upstream_service=stopped, overview_seconds=PATIENCE) as gateway:
        status, overview = await ask(gateway)

    assert (status, overview["cases"], overview["record"]["service"]) == (200, None, "sales")
    assert overview["notes"] == [{"part": "cases", "service": "service", "note": "the service service does not answer"}]


async def test_a_slow_service_is_not_waited_for() -> None:
    async def dawdle(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with running(overview_seconds=3) as gateway:
        gateway.services.answers[f"/api/v1/timeline{RECORD.removeprefix('/api/v1')}"] = dawdle
        _, overview = await ask(gateway)

    assert (overview["timeline"], overview["record"]["service"]) == (None, "sales")
    assert overview["notes"] == [
        {"part": "timeline", "service": "activity", "note": "the activity service is too slow"}
    ]


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (403, "forbidden"), (308, "merged")])
async def test_whoever_may_not_see_the_customer_sees_no_overview(gateway: Running, status: int, code: str) -> None:
    fails(gateway, RECORD, status, code)

    assert await ask(gateway) == (status, {"code": code})


async def test_strangers_are_asked_who_they_are(gateway: Running) -> None:
    async with gateway.client.get(PATH) as answer:
        assert answer.status == 401
    assert gateway.services.seen == []


def test_the_parts_are_asked_of_services_that_there_are() -> None:
    assert {part.service for parts in PARTS.values() for part in parts} == {
        Service.SALES,
        Service.SERVICE,
        Service.ACTIVITY,
    }
