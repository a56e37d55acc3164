from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from pymongo import MongoClient

from deploy.local.home import AlreadyRunning, Home
from deploy.local.stack import Stack, stack
from tests.deploy.processes import eventually, is_alive, living_in

NODES = ("mongod", "rabbitmq", "epmd")


@pytest.fixture(autouse=True)
def own_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGO_URL", raising=False)
    monkeypatch.delenv("AMQP_URL", raising=False)


def pids(running: Stack) -> list[int]:
    found = [running.pid(name) for name in NODES]
    return [pid for pid in found if pid is not None]


async def connected(url: str) -> bool:
    try:
        async with await aio_pika.connect(url):
            return True
    except (OSError, aio_pika.exceptions.AMQPConnectionError):
        return False


@pytest.mark.slow
async def test_a_home_keeps_its_data_and_leaves_no_process(tmp_path: Path) -> None:
    async with stack(Home(tmp_path, private=True), services=[]) as running:
        first = pids(running)
        with MongoClient[dict[str, Any]](running.nodes.mongo_url) as client:
            client.kept.notes.insert_one({"_id": 1})
        with pytest.raises(AlreadyRunning):
            await stack(Home(tmp_path, private=True), services=[]).__aenter__()
    assert len(first) == len(NODES)
    assert not any(is_alive(pid) for pid in first)
    await eventually(lambda: living_in(tmp_path) == [])

    # Another program has taken the ports meanwhile: the replica set moves along.
    (tmp_path / "ports.json").unlink()
    async with stack(Home(tmp_path, private=True), services=[]) as running:
        with MongoClient[dict[str, Any]](running.nodes.mongo_url) as client:
            assert client.kept.notes.count_documents({}) == 1
        assert await connected(running.nodes.broker.url())
        broker = running.pid("rabbitmq")
        running.kill("rabbitmq", signal.SIGKILL)
        await eventually(lambda: running.pid("rabbitmq") not in {None, broker})
    log = (tmp_path / "logs" / "supervisor.log").read_text()
    assert "rabbitmq died: killed by SIGKILL" in log
