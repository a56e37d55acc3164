"""Loopback ports: chosen once, remembered in a file, never one that somebody else listens on."""

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


class Ports:
    """Ports by name. A remembered port that is taken meanwhile is replaced, and that is remembered."""

    def __init__(self, file: Path, *, private: bool = False) -> None:
        """Private ports follow no preference, so that many homes can start at the same time."""
        self._file = file
        self._private = private
        self._chosen: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def choose(self, name: str, preferred: int | None = None) -> int:
        """The remembered port, else `preferred` or the next free one after it, else a free private one."""
        others = {port for other, port in self._chosen.items() if other != name}
        for port in self._candidates(name, preferred):
            if port not in others and is_free(port):
                self._remember(name, port)
                return port
        raise NoFreePort(f"no free port for {name}")

    def insist(self, name: str, given: str) -> int:
        """Exactly this port; raises NoFreePort if it is none, or if somebody else listens on it."""
        if not given.isdecimal() or not 0 < (port := int(given)) < 65_536:
            raise NoFreePort(f"{given} is no port for {name}")
        if not is_free(port):
            raise NoFreePort(f"port {port} for {name} is taken by another program")
        self._remember(name, port)
        return port

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
