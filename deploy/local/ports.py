"""Loopback ports: chosen once, remembered in a file, never one that somebody else listens on or is about to.

Between the choice and the listening a server has to be started, and between its death and its restart nobody listens.
So a chosen port is also claimed: its UDP namesake, which no server here uses, stays bound until `release`, or until the
process is gone, however it went. Another suite on this machine meets the claim.
"""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from pathlib import Path

# Below the range that Linux hands to outgoing connections, so that none of them takes a chosen port.
PRIVATE_RANGE = range(20_000, 32_000)


class NoFreePort(RuntimeError):
    """The port asked for, or every candidate, is taken."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _claim(port: int) -> socket.socket | None:
    """None where somebody else has claimed it."""
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return None
    return claim


class Ports:
    """Ports by name. A remembered port that is taken meanwhile is replaced, and that is remembered."""

    def __init__(self, file: Path, *, private: bool = False) -> None:
        """Private ports follow no preference, so that many homes can start at the same time."""
        self._file = file
        self._private = private
        self._chosen: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._claims: dict[int, socket.socket] = {}

    def choose(self, name: str, preferred: int | None = None) -> int:
        """The remembered port, else `preferred` or the next free one after it, else a free private one."""
        others = {port for other, port in self._chosen.items() if other != name}
        for port in self._candidates(name, preferred):
            if port not in others and self._takes(port):
                self._remember(name, port)
                return port
        raise NoFreePort(f"no free port for {name}")

    def remembered(self, name: str) -> int | None:
        """The port that was chosen before, also while its server listens on it; None where there is none."""
        return self._chosen.get(name)

    def insist(self, name: str, given: str) -> int:
        """Exactly this port; raises NoFreePort if it is none, or if somebody else listens on it."""
        if not given.isdecimal() or not 0 < (port := int(given)) < 65_536:
            raise NoFreePort(f"{given} is no port for {name}")
        if not self._takes(port):
            raise NoFreePort(
                f"port {port} for {name} is taken by another program: name another, or none for the next free one"
            )
        self._remember(name, port)
        return port

    def release(self) -> None:
        """Lets others have the ports."""
        while self._claims:
            self._claims.popitem()[1].close()

    def _takes(self, port: int) -> bool:
        """Claims a port first and looks then, so that of two who want it one sees the other."""
        if port not in self._claims:
            if (claim := _claim(port)) is None:
                return False
            self._claims[port] = claim
        if is_free(port):
            return True
        self._claims.pop(port).close()
        return False

    def _candidates(self, name: str, preferred: int | None) -> Iterator[int]:
        if name in self._chosen:
            yield self._chosen[name]
        if preferred is not None and not self._private:
            yield from range(preferred, min(preferred + 1_000, 65_536))
        yield from random.sample(PRIVATE_RANGE, 200)

    def _remember(self, name: str, port: int) -> None:
        if self._chosen.get(name) == port:
            return
        self._chosen[name] = port
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._chosen, indent=1) + "\n")
