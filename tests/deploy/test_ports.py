from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.home import PROJECT, Home
from deploy.local.ports import PRIVATE_RANGE, NoFreePort, Ports
from tests.support.ports import unused_port

Open = Callable[..., Ports]


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Open]:
    """The ports of a home, as another process would open them."""
    opened: list[Ports] = []

    def ports(home: str = "home", *, private: bool = False) -> Ports:
        opened.append(Ports(tmp_path / home / "ports.json", private=private))
        return opened[-1]

    yield ports
    for each in opened:
        each.release()


def test_a_port_is_remembered(ports: Open) -> None:
    first = ports()
    chosen = first.choose("mongo")
    first.release()
    assert ports().choose("mongo") == chosen
    assert ports().choose("amqp") != chosen


def test_a_taken_port_is_left_to_who_has_it(ports: Open) -> None:
    with listening() as taken:
        assert ports().choose("mongo", taken) > taken


def test_a_remembered_port_that_was_taken_meanwhile_is_replaced(ports: Open) -> None:
    port = unused_port()
    first = ports()
    assert first.choose("mongo", port) == port
    first.release()
    with socket.create_server(("127.0.0.1", port)):
        second = ports()
        replaced = second.choose("mongo", port)
        assert replaced != port
    second.release()
    assert ports().choose("mongo", port) == replaced


def test_two_names_never_get_one_port(ports: Open) -> None:
    port, home = unused_port(), ports()
    assert home.choose("mongo", port) != home.choose("amqp", port)


def test_two_homes_that_choose_before_anybody_listens_never_choose_the_same(ports: Open) -> None:
    port = unused_port()
    first, second = ports("first"), ports("second")
    assert first.choose("gateway", port) == port
    assert second.choose("gateway", port) > port
    with pytest.raises(NoFreePort, match=f"port {port} for gateway is taken"):
        second.insist("gateway", str(port))


def test_a_released_port_is_there_for_others(ports: Open) -> None:
    port = unused_port()
    first = ports("first")
    first.insist("gateway", str(port))
    first.release()
    assert ports("second").choose("gateway", port) == port


def test_a_home_that_is_held_no_longer_gives_its_ports_back(tmp_path: Path, ports: Open) -> None:
    home = Home(tmp_path / "held")
    with home.held():
        port = home.ports.choose("gateway", unused_port())
        assert ports().choose("gateway", port) != port
    assert ports("another").choose("gateway", port) == port


def test_what_a_killed_process_had_chosen_is_free_again(tmp_path: Path, ports: Open) -> None:
    port = unused_port()
    script = f"""
import pathlib, signal, sys
from deploy.local.ports import Ports
ports = Ports(pathlib.Path({str(tmp_path)!r}, "killed", "ports.json"))
sys.stdout.write(f"{{ports.choose('gateway', {port})}}\\n")
sys.stdout.flush()
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert int(holder.stdout.readline()) == port
            assert ports().choose("gateway", port) > port
        finally:
            holder.kill()
    assert ports("another").choose("gateway", port) == port


def test_private_ports_ignore_what_is_usual(ports: Open) -> None:
    assert ports(private=True).choose("gateway", 8080) in PRIVATE_RANGE


def test_insisting_on_a_taken_port_is_refused(ports: Open) -> None:
    with listening() as taken, pytest.raises(NoFreePort, match=f"port {taken} for gateway is taken"):
        ports().insist("gateway", str(taken))


@pytest.mark.parametrize("given", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(given: str, ports: Open) -> None:
    with pytest.raises(NoFreePort, match="no port for gateway"):
        ports().insist("gateway", given)
