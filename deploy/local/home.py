"""The directory that holds everything one local installation keeps: data, logs, ports, secrets."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from deploy.local.ports import Ports
from deploy.vault import Vault

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Running:
    """What a running installation leaves for the next command to find."""

    pid: int
    url: str


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the home."""

    def __init__(self, path: Path, running: Running | None) -> None:
        at = f" at {running.url} (process {running.pid})" if running else ""
        super().__init__(f"Tandem is running already from {path}{at}")


class Home:
    """`private`: a short-lived home beside others, whose ports need not be the usual ones."""

    def __init__(self, path: Path, *, private: bool = False) -> None:
        self.path = path.resolve()
        self.ports = Ports(self.path / "ports.json", private=private)
        self.vault = Vault(self.path / "secrets")

    @classmethod
    def from_environment(cls) -> Home:
        return cls(Path(os.environ.get("TANDEM_HOME", ".tandem")))

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def directory(self, name: str) -> Path:
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the home and its ports alone; raises AlreadyRunning. The hold ends with the process, however it dies."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            self._lock(lock)
            try:
                yield
            finally:
                self.ports.release()
                self._running_file.unlink(missing_ok=True)

    @property
    def running(self) -> Running | None:
        """The installation that announced itself last and did not end; it may have been killed since."""
        with contextlib.suppress(FileNotFoundError):
            return Running(**json.loads(self._running_file.read_text()))
        return None

    def announce(self, running: Running) -> None:
        self._running_file.write_text(json.dumps(asdict(running)))

    @property
    def _running_file(self) -> Path:
        return self.path / "running.json"

    def _lock(self, lock: TextIO) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(self.path, self.running) from None
