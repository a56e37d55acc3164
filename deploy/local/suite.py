"""The services of Tandem as processes of this machine: their ports, addresses and settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from deploy.local.home import PROJECT, Home
from deploy.local.nodes import Nodes
from deploy.local.process import Command
from deploy.services import PORTS

_STAGE = 2  # after the port mapper and the database (0), and the broker (1)


@dataclass(frozen=True, slots=True)
class Copy:
    """One process of a service; the first copy has the service's own name."""

    service: str
    number: int
    port: int

    @property
    def name(self) -> str:
        return copy_name(self.service, self.number)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def copy_name(service: str, number: int) -> str:
    return service if number == 0 else f"{service}-{number + 1}"


def choose_copies(home: Home, services: Collection[str], copies: Mapping[str, int]) -> list[Copy]:
    """Raises NoFreePort, for example if TANDEM_PORT, the gateway's, is taken."""
    return [
        Copy(service, number, _port(home, service, number))
        for service in services
        for number in range(copies.get(service, 1))
    ]


def _port(home: Home, service: str, number: int) -> int:
    name = copy_name(service, number)
    if name == "gateway" and (given := os.environ.get("TANDEM_PORT")):
        return home.ports.insist(name, given)
    return home.ports.choose(name, PORTS.get(service) if number == 0 else None)


def commands(home: Home, copies: Collection[Copy], nodes: Nodes, extra: Mapping[str, str]) -> Iterator[Command]:
    """How to start each copy; `extra` settings win over the usual ones."""
    first = {copy.service: copy.url for copy in copies if copy.number == 0}
    shared = {
        **os.environ,
        "TANDEM_ENVIRONMENT": "development",
        "TANDEM_HTTP_HOST": "127.0.0.1",
        "TANDEM_MONGO_URL": nodes.mongo_url,
        "TANDEM_LOG_JSON": "true",
        "TANDEM_AUDIENCE": json.dumps([service for service in first if service != "gateway"]),
        **{f"TANDEM_UPSTREAM_{service.upper()}": url for service, url in first.items()},
    }
    for copy in copies:
        own = {
            "TANDEM_HTTP_PORT": str(copy.port),
            "TANDEM_AMQP_URL": nodes.broker.url(user=copy.service),
            **(_identity_settings(home) if copy.service == "identity" else {}),
        }
        yield Command(
            name=copy.name,
            argv=[sys.executable, "-m", f"services.{copy.service}"],
            environment={**shared, **own, **extra},
            directory=PROJECT,
            log=home.log(copy.name),
            stage=_STAGE,
        )


def admin_password(home: Home) -> str:
    """TANDEM_ADMIN_PASSWORD, which is kept, else the one kept or made before."""
    if given := os.environ.get("TANDEM_ADMIN_PASSWORD"):
        home.vault.replace("admin_password", given)
    return home.vault.password("admin_password")


def _identity_settings(home: Home) -> dict[str, str]:
    return {
        "TANDEM_ADMIN_PASSWORD": admin_password(home),
        "TANDEM_SIGNING_KEY_FILE": str(home.vault.signing_key("signing_key.pem")),
    }
