"""The state of all services in one answer, also where one of them is away."""

from typing import Any

import pytest
from aiohttp import web

from libs.web.operations import PATH as OWN_STATE
from services.gateway.operations.routes import PATH
from services.gateway.ownership import Service
from tests.services.gateway.upstream import Running


@pytest.fixture
def telling(gateway: Running) -> list[str]:
    """Services that tell their state, but for the journal; returns the tokens that they were asked with."""
    tokens: list[str] = []

    async def tell(request: web.Request) -> web.Response:
        service = request.match_info["service"]
        tokens.append(request.headers["Authorization"])
        if service == "journal":
            return web.json_response({"code": "unavailable"}, status=503)
        return web.json_response({"service": service, "epoch": 1, "notes": {}})

    gateway.services.answers[OWN_STATE] = tell
    return tokens


async def ask(gateway: Running, query: str = "", *roles: str) -> tuple[int, Any]:
    headers = gateway.bearer("root", *(roles or ("administrator",)))
    async with gateway.client.get(f"{PATH}{query}", headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_every_service_is_in_it_and_one_that_is_away_says_so(gateway: Running, telling: list[str]) -> None:
    status, told = await ask(gateway)

    assert status == 200
    assert {each["service"]: each["notes"] for each in told["value"]} == {
        **{service.value: {} for service in Service},
        "journal": {"service": "answered 503"},
    }


async def test_services_are_asked_once_each_as_the_caller(gateway: Running, telling: list[str]) -> None:
    await ask(gateway)

    assert len(telling) == len(Service)
    assert {token.split(".")[0] for token in telling} == {gateway.bearer()["Authorization"].split(".")[0]}


async def test_one_service_can_be_chosen(gateway: Running, telling: list[str]) -> None:
    _, told = await ask(gateway, "?service=sales")

    assert [each["service"] for each in told["value"]] == ["sales"]


@pytest.mark.parametrize(("query", "pointer"), [("?service=sails", "service"), ("?servce=sales", "servce")])
async def test_what_is_wrong_is_named(gateway: Running, query: str, pointer: str) -> None:
    status, problem = await ask(gateway, query)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_it_is_for_administrators(gateway: Running, telling: list[str]) -> None:
    assert (await ask(gateway, "", "sales_manager"))[0] == 403
    async with gateway.client.get(PATH) as answer:
        assert answer.status == 401
    assert telling == []
