"""The database and the broker of one home: started here unless MONGO_URL or AMQP_URL name running ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from deploy.local.home import Home
from deploy.local.mongo import MongoNode
from deploy.local.rabbit import RabbitNode, RabbitPorts
from deploy.local.supervisor import Happening, Report, Supervisor, What
from deploy.rabbitmq.definitions import OPERATOR, VIRTUAL_HOST
from deploy.services import PORTS

READY_TIMEOUT = 240.0  # a machine may be slow, and do other things


class Broker(Protocol):
    """Something that listens for AMQP."""

    def url(self, virtual_host: str = ..., user: str = ...) -> str: ...


@dataclass(frozen=True, slots=True)
class GivenBroker:
    """One that runs already and has one address for all."""

    address: str

    def url(self, virtual_host: str = "", user: str = "") -> str:  # noqa: ARG002 - the address says it
        return self.address


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where the database and the broker answer."""

    mongo_url: str
    broker: Broker


async def start_nodes(
    home: Home,
    supervisor: Supervisor,
    report: Report,
    *,
    mongo_url: str | None = None,
    virtual_hosts: Sequence[str] = (VIRTUAL_HOST,),
) -> Nodes:
    """Start what is not given, and wait until it is ready; raises MissingProgram, TimeoutError.

    A broker that `AMQP_URL` gives is used as that says, whatever the virtual hosts.
    """
    waits: list[tuple[str, Coroutine[Any, Any, None]]] = []
    if (mongo_url := mongo_url or os.environ.get("MONGO_URL")) is None:
        mongo = mongo_node(home)
        mongo_url = mongo.url
        await supervisor.keep(mongo.command())
        waits.append(("mongod", mongo.wait_until_ready()))
    broker: Broker
    if (amqp_url := os.environ.get("AMQP_URL")) is not None:
        broker = GivenBroker(amqp_url)
    else:
        broker = rabbit = rabbit_node(home, virtual_hosts)
        server = rabbit.command()
        await supervisor.keep(rabbit.port_mapper())
        await rabbit.wait_for_port_mapper()
        await supervisor.keep(server)
        waits.append(("rabbitmq", rabbit.wait_until_ready()))
    async with asyncio.timeout(READY_TIMEOUT), asyncio.TaskGroup() as group:
        for name, wait in waits:
            group.create_task(_report_ready(name, wait, report))
    return Nodes(mongo_url, broker)


def mongo_node(home: Home) -> MongoNode:
    return MongoNode(home.directory("mongo"), home.ports.choose("mongo", 27_117), home.log("mongod"))


def rabbit_node(home: Home, virtual_hosts: Sequence[str]) -> RabbitNode:
    return RabbitNode(
        directory=home.directory("rabbitmq"),
        ports=RabbitPorts(
            amqp=home.ports.choose("amqp", 5_772),
            distribution=home.ports.choose("rabbitmq_distribution", 25_772),
            port_mapper=home.ports.choose("epmd", 4_469),
        ),
        passwords={user: home.vault.password(f"rabbitmq_{user}") for user in (OPERATOR, *PORTS)},
        log=home.log("rabbitmq"),
        virtual_hosts=virtual_hosts,
    )


async def _report_ready(name: str, wait: Coroutine[Any, Any, None], report: Report) -> None:
    await wait
    report(Happening(name, What.READY))
