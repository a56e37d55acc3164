"""A private RabbitMQ node from Debian's package, with an Erlang port mapper of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local.debian import MissingProgram, install
from deploy.local.process import Command
from deploy.local.waiting import until
from deploy.rabbitmq.definitions import OPERATOR, VIRTUAL_HOST, definitions

_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"
_NEVER_SPINNING = "+sbwt none +sbwtdcpu none +sbwtdio none"
"""A scheduler that has nothing to do sleeps at once: others on this machine have."""

_SCHEDULERS = max(1, (os.cpu_count() or 1) // 2)
"""Half as many as cores: with one for each, they wake one another for what the first would have done as well."""

_GREETING = b"AMQP\x00\x00\x09\x01"


def find_server() -> Path:
    """Raises MissingProgram."""
    if not _SERVER.exists():
        install("rabbitmq-server", "the message broker; or set AMQP_URL to a running one")
    return _SERVER


def find_port_mapper() -> str:
    path = shutil.which("epmd")
    if path is None:
        raise MissingProgram("epmd is missing, though it comes with Erlang: reinstall erlang-base")
    return path


@dataclass(frozen=True, slots=True)
class RabbitPorts:
    amqp: int
    distribution: int
    port_mapper: int


@dataclass(frozen=True, slots=True)
class RabbitNode:
    directory: Path
    ports: RabbitPorts
    passwords: Mapping[str, str]
    log: Path
    virtual_hosts: Sequence[str] = (VIRTUAL_HOST,)

    def url(self, virtual_host: str = VIRTUAL_HOST, user: str = OPERATOR) -> str:
        credentials = f"{user}:{quote(self.passwords[user], safe='')}"
        return f"amqp://{credentials}@127.0.0.1:{self.ports.amqp}/{quote(virtual_host, safe='')}"

    @property
    def environment(self) -> dict[str, str]:
        """For the server, and for `rabbitmqctl` to reach it."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.directory),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.ports.port_mapper),
            "RABBITMQ_NODENAME": "tandem@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_CONF_ENV_FILE": str(self.directory / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.config"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.directory / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "data"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{_LOOPBACK_ONLY} {_NEVER_SPINNING} +S {_SCHEDULERS}:{_SCHEDULERS}",
            # Makes the start script become the server instead of waiting beside it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def port_mapper(self) -> Command:
        """It has to listen before the server starts, which would else start one that outlives it.

        Raises MissingProgram.
        """
        return Command(
            name="epmd",
            argv=[find_port_mapper(), "-address", "127.0.0.1", "-port", str(self.ports.port_mapper)],
            environment={"PATH": os.environ.get("PATH", "")},
            directory=self.directory,
            log=self.log.with_name("epmd.log"),
        )

    def command(self) -> Command:
        """Raises MissingProgram."""
        server = find_server()
        self._write_configuration()
        return Command(
            name="rabbitmq",
            argv=[str(server)],
            environment=self.environment,
            directory=self.directory,
            log=self.log,
            stage=1,
        )

    async def wait_until_ready(self) -> None:
        """The node listens when it has booted; the greeting tells it from a stranger on the port."""
        await until(self._greets)

    async def wait_for_port_mapper(self) -> None:
        await until(self._port_mapper_listens)

    async def _port_mapper_listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.ports.port_mapper)
        except OSError:
            return False
        writer.close()
        return True

    async def _greets(self) -> bool:
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.ports.amqp)
                writer.write(_GREETING)
                answer = await reader.read(1)
                writer.close()
        except OSError:
            return False
        return answer == b"\x01"

    def _write_configuration(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = json.dumps(str(self.directory / "definitions.json"), ensure_ascii=False)
        files = {
            "rabbitmq-env.conf": "",
            "advanced.config": "[].\n",
            "enabled_plugins": "[].\n",
            "definitions.json": json.dumps(definitions(self.passwords, self.virtual_hosts), indent=1),
            # In Erlang's own terms: to read a rabbitmq.conf takes a node a second.
            "rabbitmq.config": "[{rabbit, [\n"
            f' {{tcp_listeners, [{{"127.0.0.1", {self.ports.amqp}}}]}},\n'
            f" {{load_definitions, {path}}},\n"
            ' {vm_memory_high_watermark, {absolute, "1GiB"}}\n'
            "]}].\n",
        }
        for name, content in files.items():
            (self.directory / name).write_text(content)
