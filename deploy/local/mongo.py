"""A private MongoDB server: one node, a replica set, because transactions need one."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.debian import MissingProgram, install
from deploy.local.process import Command
from deploy.local.waiting import until

REPLICA_SET = "tandem"
_NOT_YET_INITIALIZED = 94


def find_mongod() -> Path:
    """MONGOD_BIN, else the server in the development dependency; raises MissingProgram with a way out."""
    if given := os.environ.get("MONGOD_BIN"):
        return Path(given)
    package = find_spec("fiftyone")
    for location in (package.submodule_search_locations or []) if package else []:
        path = Path(location) / "db" / "bin" / "mongod"
        if path.exists():
            if not os.access(path, os.X_OK):
                path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP)
            return path
    raise MissingProgram(
        "MongoDB is missing: install the development requirements, "
        "or set MONGOD_BIN to a mongod program, or MONGO_URL to a running replica set"
    )


def ensure_it_runs(mongod: Path) -> None:
    """Install the one library that a bare Debian lacks; raises MissingProgram if that does not help."""
    tried = subprocess.run([mongod, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode != 0 and "libcurl.so.4" in tried.stderr:
        install("libcurl4", "a library that the MongoDB server needs")
        tried = subprocess.run([mongod, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise MissingProgram(f"{mongod} does not run here: {tried.stderr.strip()}")


_CLOSES_FILES_SOON = "file_manager=(close_idle_time=15,close_scan_interval=5,close_handle_minimum=500)"
_PARAMETERS = (
    "transactionLifetimeLimitSeconds=5",  # a transaction whose client was killed holds its documents no longer
    "minSnapshotHistoryWindowInSeconds=5",  # what was dropped is gone soon: tests drop thousands of collections
)
"""Without these a run of the tests would have more files open than a process may, and the server would end."""


@dataclass(frozen=True, slots=True)
class MongoNode:
    directory: Path
    port: int
    log: Path
    cache_gigabytes: float = 0.5

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    def command(self) -> Command:
        """Raises MissingProgram."""
        mongod = find_mongod()
        ensure_it_runs(mongod)
        data = self.directory / "data"
        data.mkdir(parents=True, exist_ok=True)
        arguments = {
            "--dbpath": data,
            "--port": self.port,
            "--bind_ip": "127.0.0.1",
            "--replSet": REPLICA_SET,
            "--oplogSize": 256,
            "--wiredTigerCacheSizeGB": self.cache_gigabytes,
            "--wiredTigerEngineConfigString": _CLOSES_FILES_SOON,
        }
        parameters = chain.from_iterable(("--setParameter", each) for each in _PARAMETERS)
        settings = [*parameters, "--nounixsocket", "--quiet"]
        return Command(
            name="mongod",
            argv=[str(mongod), *(str(word) for pair in arguments.items() for word in pair), *settings],
            environment={"PATH": os.environ.get("PATH", ""), "HOME": str(self.directory), "LC_ALL": "C"},
            directory=self.directory,
            log=self.log,
        )

    async def wait_until_ready(self) -> None:
        """Wait for a primary; makes the replica set the first time, moves it when the port has changed."""
        direct = f"mongodb://127.0.0.1:{self.port}/?directConnection=true&serverSelectionTimeoutMS=500"
        async with AsyncMongoClient[dict[str, Any]](direct) as client:
            await until(lambda: self._is_primary(client))

    async def _is_primary(self, client: AsyncMongoClient[dict[str, Any]]) -> bool:
        try:
            await self._configure(client)
            return bool((await client.admin.command("hello"))["isWritablePrimary"])
        except PyMongoError:
            return False

    async def _configure(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        try:
            current: Mapping[str, Any] = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as refusal:
            if refusal.code != _NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
            return
        if current["members"][0]["host"] != member["host"]:
            moved = {**current, "version": current["version"] + 1, "members": [member]}
            await client.admin.command("replSetReconfig", moved, force=True)
