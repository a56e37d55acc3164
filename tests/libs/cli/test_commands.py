"""The commands against a server that answers as the gateway promises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner, Result

from libs.cli.main import app

Run = Callable[..., Awaitable[Result]]
WAITING = web.AppKey("waiting", list[str])
PARKED = {"id": "sales-1", "consumer": "customer_conversion", "reason": "invalid"}


async def sign_in(request: web.Request) -> web.Response:
    credentials = await request.json()
    if credentials != {"username": "admin", "password": "right"}:
        return web.json_response({"code": "unauthenticated"}, status=401)
    return web.json_response({"access_token": "token"})


async def parked(request: web.Request) -> web.Response:
    assert request.headers["Authorization"] == "Bearer token"
    if request.query.get("service") != "sales":
        return web.json_response({"value": []})
    if "$skip" in request.query:
        return web.json_response({"value": [{**PARKED, "id": "sales-2"}]})
    further = "/api/v1/parked?service=sales&$skip=1"
    return web.json_response({"value": [PARKED], "@odata.nextLink": further})


async def timers(request: web.Request) -> web.Response:
    aside = [{"id": f"{request.query['service']}-1", "kind": "reminder", "reason": "exhausted"}]
    return web.json_response({"value": aside if request.query["service"] == "sales" else []})


async def act(request: web.Request) -> web.Response:
    if request.match_info["id"] != "sales-1":
        problem = {"code": "not_found", "detail": "no such parked message", "status": 404}
        return web.json_response(problem, status=404, content_type="application/problem+json")
    return web.json_response({"status": "done"})


async def unrouted(request: web.Request) -> web.Response:
    waiting = request.app[WAITING]
    shown = [{"id": each, "type": "sales.lead.created"} for each in waiting[: int(request.query["top"])]]
    return web.json_response({"value": shown, "count": len(waiting)})


async def settle(request: web.Request) -> web.Response:
    """At most two at a time, so that all of them take several requests."""
    waiting, ids = request.app[WAITING], (await request.json()).get("ids")
    done = [each for each in waiting if ids is None or each in ids][:2]
    waiting[:] = [each for each in waiting if each not in done]
    return web.json_response({"done": len(done), "left": len(waiting), "too_old": 0})


def job(state: str, done: int) -> dict[str, Any]:
    return {"id": "sales-1", "state": state, "done": done, "total": 3, "error": None}


async def begin_snapshot(request: web.Request) -> web.Response:
    return web.json_response(job("queued", 0), status=202)


async def read_job(request: web.Request) -> web.Response:
    return web.json_response(job("succeeded", 3))


@pytest.fixture
async def gateway() -> AsyncIterator[TestServer]:
    application = web.Application()
    application[WAITING] = ["one", "two", "three"]
    application.add_routes(
        [
            web.post("/api/v1/auth/token", sign_in),
            web.get("/api/v1/parked", parked),
            web.post("/api/v1/parked/{id}/{action:replay|discard}", act),
            web.post("/api/v1/leads/snapshot", begin_snapshot),
            web.get("/api/v1/jobs/sales-1", read_job),
            web.get("/api/v1/unrouted", unrouted),
            web.post("/api/v1/unrouted/{action:replay|discard}", settle),
            web.get("/api/v1/timers", timers),
            web.post("/api/v1/timers/{id}/{action:retry|discard}", act),
        ]
    )
    server = TestServer(application)
    async with server:
        yield server


@pytest.fixture
def tandem(gateway: TestServer, tmp_path: Path) -> Run:
    """Runs a command beside this loop, which serves it."""
    settings = {
        "TANDEM_URL": str(gateway.make_url("")),
        "TANDEM_HOME": str(tmp_path),
        "TANDEM_USER": "admin",
        "TANDEM_PASSWORD": "right",
    }

    async def run(*words: str, answer: str | None = None, **changed: str) -> Result:
        environment = {**settings, **changed}
        return await asyncio.to_thread(CliRunner().invoke, app, words, input=answer, env=environment)

    return run


async def test_parked_messages_are_listed_from_all_pages(tandem: Run) -> None:
    result = await tandem("parked", "list")
    rows: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["sales-1", "sales-2"]


async def test_one_service_can_be_chosen(tandem: Run) -> None:
    assert (await tandem("parked", "list", "--service", "journal")).stdout == ""


async def test_an_unknown_service_is_refused_with_the_known_ones(tandem: Run) -> None:
    result = await tandem("parked", "list", "--service", "sails")
    assert result.exit_code == 1
    assert "no service sails: choose one of identity, sales" in result.stderr


async def test_a_replay_says_what_it_did(tandem: Run) -> None:
    result = await tandem("parked", "replay", "sales-1")
    assert (result.exit_code, result.stdout) == (0, "sales-1: replay done\n")


async def test_a_refusal_is_told_in_its_own_words(tandem: Run) -> None:
    result = await tandem("parked", "replay", "sales-9")
    assert result.exit_code == 1
    assert result.stderr == "no such parked message (not_found)\n"


async def test_discarding_asks_first(tandem: Run) -> None:
    refused = await tandem("parked", "discard", "sales-1", answer="n\n")
    assert refused.exit_code == 1
    assert "done" not in refused.stdout
    agreed = await tandem("parked", "discard", "sales-1", answer="y\n")
    assert "sales-1: discard done" in agreed.stdout
    assert (await tandem("parked", "discard", "sales-1", "--yes")).exit_code == 0


async def test_timers_left_aside_are_listed_retried_and_discarded(tandem: Run) -> None:
    listed = await tandem("timers", "list")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == ["sales-1"]
    assert (await tandem("timers", "retry", "sales-1")).stdout == "sales-1: retry done\n"
    assert (await tandem("timers", "discard", "sales-1", answer="n\n")).exit_code == 1
    assert (await tandem("timers", "discard", "sales-1", "--yes")).stdout == "sales-1: discard done\n"


async def test_what_no_queue_wanted_is_listed(tandem: Run) -> None:
    listed = await tandem("unrouted", "list", "--top", "2")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == ["one", "two"]


async def test_all_that_no_queue_wanted_is_replayed(tandem: Run) -> None:
    assert (await tandem("unrouted", "replay")).stdout.endswith("3 events: replay done.\n")
    assert (await tandem("unrouted", "list")).stdout == ""


async def test_some_that_no_queue_wanted_are_discarded_after_a_question(tandem: Run) -> None:
    assert (await tandem("unrouted", "discard", "two", answer="n\n")).exit_code == 1
    assert (await tandem("unrouted", "discard", "two", "--yes")).stdout == "1 events: discard done.\n"
    listed = await tandem("unrouted", "list")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == ["one", "three"]


async def test_a_snapshot_is_followed_to_its_end(tandem: Run) -> None:
    result = await tandem("snapshot", "leads")
    assert result.exit_code == 0
    assert result.stdout.endswith("3 records announced.\n")


async def test_a_wrong_password_says_what_to_set(tandem: Run) -> None:
    result = await tandem("parked", "list", TANDEM_PASSWORD="wrong")
    assert result.exit_code == 1
    assert "refuses the password of admin: set TANDEM_USER and TANDEM_PASSWORD" in result.stderr


async def test_a_server_that_is_away_says_how_to_start_it(tandem: Run) -> None:
    result = await tandem("parked", "list", TANDEM_URL="http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "Nothing answers at http://127.0.0.1:1: start Tandem with `make run`" in result.stderr


async def test_the_password_of_a_local_installation_is_found(tandem: Run, tmp_path: Path) -> None:
    missing = await tandem("parked", "list", TANDEM_PASSWORD="")
    assert f"nothing was started from {tmp_path} yet: start Tandem with `make run`" in missing.stderr
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin_password").write_text("right")
    assert (await tandem("parked", "list", TANDEM_PASSWORD="")).exit_code == 0
