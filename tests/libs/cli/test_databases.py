"""Where commands find the databases of an installation."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from deploy.local.home import Home
from libs.cli.databases import mongo_url, named
from libs.cli.trouble import Trouble


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MONGO_URL", "TANDEM_MONGO_URL", "TANDEM_DATABASE_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    return tmp_path


async def test_a_database_that_is_named_is_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_MONGO_URL", "mongodb://db.example")
    async with mongo_url() as url:
        assert url == "mongodb://db.example"


async def test_that_of_a_running_installation_is_where_it_was_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as database:
        port = database.getsockname()[1]
        (home / "ports.json").write_text(json.dumps({"mongo": port}))
        with Home(home).held():
            async with mongo_url() as url:
                assert f"127.0.0.1:{port}/" in url
    assert json.loads((home / "ports.json").read_text()) == {"mongo": port}


async def test_an_installation_with_a_database_elsewhere_says_what_to_set(home: Path) -> None:
    with Home(home).held(), pytest.raises(Trouble, match="set MONGO_URL"):
        async with mongo_url():
            pass


def test_databases_are_named_by_their_services(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_PREFIX", "trial")
    assert named(["sales"]) == [("sales", "trial_sales")]
    assert len(named(None)) == 7
