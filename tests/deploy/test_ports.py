from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.ports import PRIVATE_RANGE, NoFreePort, Ports


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    chosen = Ports(file).choose("mongo")
    assert Ports(file).choose("mongo") == chosen
    assert Ports(file).choose("amqp") != chosen


def test_a_taken_port_is_left_to_who_has_it(tmp_path: Path) -> None:
    with listening() as taken:
        assert Ports(tmp_path / "ports.json").choose("mongo", taken) > taken


def test_a_remembered_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    with listening() as port:
        pass
    assert Ports(file).choose("mongo", port) == port
    with socket.create_server(("127.0.0.1", port)):
        replaced = Ports(file).choose("mongo", port)
        assert replaced != port
    assert Ports(file).choose("mongo", port) == replaced


def test_two_names_never_get_one_port(tmp_path: Path) -> None:
    with listening() as port:
        pass
    ports = Ports(tmp_path / "ports.json")
    assert ports.choose("mongo", port) != ports.choose("amqp", port)


def test_private_ports_ignore_what_is_usual(tmp_path: Path) -> None:
    assert Ports(tmp_path / "ports.json", private=True).choose("gateway", 8080) in PRIVATE_RANGE


def test_insisting_on_a_taken_port_is_refused(tmp_path: Path) -> None:
    with listening() as taken, pytest.raises(NoFreePort, match=f"port {taken} for gateway is taken"):
        Ports(tmp_path / "ports.json").insist("gateway", str(taken))


@pytest.mark.parametrize("given", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises(NoFreePort, match="no port for gateway"):
        Ports(tmp_path / "ports.json").insist("gateway", given)
