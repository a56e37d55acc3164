from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.home import PROJECT
from deploy.local.shared import NodesNotReady, shared_nodes
from tests.deploy.processes import is_alive

# The database stays out of it: what is shared does not matter here, and the broker takes less room.
GIVEN_DATABASE = "mongodb://none.invalid"


@pytest.fixture(autouse=True)
def only_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGO_URL", GIVEN_DATABASE)
    monkeypatch.delenv("AMQP_URL", raising=False)


@pytest.mark.slow
def test_nodes_run_until_their_last_user_is_gone(tmp_path: Path) -> None:
    script = f"""
import pathlib, signal, sys
from deploy.local.shared import shared_nodes
with shared_nodes(pathlib.Path({str(tmp_path)!r}), ["one"]) as nodes:
    sys.stdout.write(f"{{nodes.keeper}}\\n")
    sys.stdout.flush()
    signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        keeper = int(first.stdout.readline())
        with shared_nodes(tmp_path, ["one"]) as nodes:
            assert nodes.keeper == keeper
            first.kill()
            first.wait()
            assert json.loads((tmp_path / "nodes.json").read_text())["keeper"] == keeper
            assert is_alive(keeper)
    assert not is_alive(keeper)
    assert not (tmp_path / "home").exists()


def test_a_start_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGO_URL")
    monkeypatch.setenv("MONGOD_BIN", "/bin/false")
    with (
        pytest.raises(NodesNotReady, match="/bin/false does not run here"),
        shared_nodes(tmp_path, ["one"]),
    ):
        pytest.fail("the nodes started")
