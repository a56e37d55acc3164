from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from deploy.docker.secrets import make_secrets
from deploy.local.home import PROJECT
from deploy.services import PORTS

COMPOSE = (PROJECT / "docker-compose.yml").read_text()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def broker(tmp_path: Path) -> Path:
    path = tmp_path / "broker"
    path.mkdir()
    return path


def test_every_service_gets_its_own_broker_user(secrets: Path, broker: Path) -> None:
    make_secrets(secrets, broker, None)
    urls = {service: (secrets / service / "TANDEM_AMQP_URL").read_text() for service in PORTS}
    assert all(url.startswith(f"amqp://{service}:") for service, url in urls.items())
    users = {user["name"] for user in json.loads((broker / "definitions.json").read_text())["users"]}
    assert users == {"tandem", *PORTS}


def test_definitions_hold_no_password(secrets: Path, broker: Path) -> None:
    make_secrets(secrets, broker, None)
    definitions = (broker / "definitions.json").read_text()
    assert not any(file.read_text() in definitions for file in (secrets / "broker").iterdir())


def test_a_second_start_keeps_what_was_made(secrets: Path, broker: Path) -> None:
    make_secrets(secrets, broker, None)
    before = {file: file.read_text() for file in secrets.rglob("*") if file.is_file()}
    make_secrets(secrets, broker, None)
    assert {file: file.read_text() for file in secrets.rglob("*") if file.is_file()} == before


def test_a_given_administrator_password_is_taken(secrets: Path, broker: Path) -> None:
    make_secrets(secrets, broker, None)
    make_secrets(secrets, broker, "correct horse")
    assert (secrets / "identity" / "TANDEM_ADMIN_PASSWORD").read_text() == "correct horse"


def test_only_their_owner_reads_secrets(secrets: Path, broker: Path) -> None:
    make_secrets(secrets, broker, None)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in secrets.rglob("*") if file.is_file()}
    assert modes == {0o600}


def test_ports_are_published_on_loopback_alone() -> None:
    published = [port for line in re.findall(r"ports: \[(.*)\]", COMPOSE) for port in line.split(", ")]
    assert len(published) == 3
    assert all(port.startswith('"127.0.0.1:') for port in published)
    assert COMPOSE.count("ports:") == len(re.findall(r"ports: \[", COMPOSE))


@pytest.mark.parametrize("service", PORTS)
def test_every_service_is_composed(service: str) -> None:
    assert f"\n  {service}:\n    <<: *service\n    image: tandem/{service}\n" in COMPOSE
    assert f"TANDEM_UPSTREAM_{service.upper()}: http://{service}:8080" in COMPOSE
