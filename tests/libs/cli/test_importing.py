"""The command that imports a file, against a server that answers as the gateway promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner, Result

from libs.cli.main import app

COUNTS = {"created": 1, "failed": 1}
BAD_ROW = {"row": 3, "errors": [{"column": "E-Mail", "pointer": "/email", "detail": "not an address"}]}


class Imports:
    """Takes one import, and ends it at the second look."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}
        self.action = ""
        self._looks = 0

    async def take(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.sent = {**form, "file": file.file.read().decode(), "asked of": request.query["collection"]}
        mapping = {"fields": {"last_name": {"column": "Surname"}}}
        problems = [{"code": "ignored_column", "detail": "Shoe size goes nowhere"}]
        return web.json_response({"id": "sales-1", "mapping": mapping, "problems": problems}, status=201)

    async def act(self, request: web.Request) -> web.Response:
        self.action = request.match_info["action"]
        return web.json_response({})

    async def look(self, _: web.Request) -> web.Response:
        self._looks += 1
        found = {"id": "sales-1", "rows": 2, "counts": COUNTS, "problems": []}
        return web.json_response({**found, "state": "running" if self._looks == 1 else "completed"})


async def sign_in(_: web.Request) -> web.Response:
    return web.json_response({"access_token": "token"})


async def errors(_: web.Request) -> web.Response:
    return web.json_response({"value": [BAD_ROW], "next": None})


@pytest.fixture
def imports() -> Imports:
    return Imports()


@pytest.fixture
async def url(imports: Imports) -> AsyncIterator[str]:
    application = web.Application()
    application.add_routes(
        [
            web.post("/api/v1/auth/token", sign_in),
            web.post("/api/v1/imports", imports.take),
            web.post("/api/v1/imports/sales-1/{action:check|run}", imports.act),
            web.get("/api/v1/imports/sales-1", imports.look),
            web.get("/api/v1/imports/sales-1/errors", errors),
        ]
    )
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def tandem(url: str, *words: str) -> Result:
    environment = {"TANDEM_URL": url, "TANDEM_PASSWORD": "right"}
    return await asyncio.to_thread(CliRunner().invoke, app, words, env=environment)


async def test_a_file_is_sent_run_and_its_bad_rows_are_shown(url: str, imports: Imports, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Surname\nReis\n")

    result = await tandem(url, "import", str(file), "--collection", "contacts", "--key", "email", "--update")

    expected = {"file": "Surname\nReis\n", "collection": "contacts", "asked of": "contacts", "key": "email"}
    assert imports.sent == {**expected, "mode": "upsert"}
    assert imports.action == "run"
    assert "Surname → last_name" in result.stdout
    assert "Shoe size goes nowhere" in result.stdout
    assert "sales-1 completed: 1 created, 1 failed" in result.stdout
    assert "row 3: E-Mail: not an address" in result.stdout


async def test_a_dry_run_only_checks(url: str, imports: Imports, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Surname\nReis\n")

    result = await tandem(url, "import", str(file), "--collection", "contacts", "--dry-run")

    assert (result.exit_code, imports.action) == (0, "check")


async def test_a_file_that_is_not_there_is_told(url: str) -> None:
    assert (await tandem(url, "import", "nowhere.csv", "--collection", "contacts")).exit_code == 2
