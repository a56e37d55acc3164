"""Programs that pip cannot bring: installed from Debian if that is allowed, else asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_POLICY = Path("/usr/sbin/policy-rc.d")


class MissingProgram(RuntimeError):
    """Something to start is not there; the message says how to get it."""


def install(package: str, purpose: str) -> None:
    """Install a Debian package without starting any service of it; raises MissingProgram if it cannot."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise MissingProgram(f"{package} is missing ({purpose}). Install it: sudo apt-get install {package}")
    sys.stderr.write(f"Installing {package} ({purpose}) with apt-get; no system service starts.\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    with _no_service_starts():
        for step in (["update", "-qq"], ["install", "-yqq", "--no-install-recommends", package]):
            done = subprocess.run([*apt, *step], env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise MissingProgram(f"apt-get {step[0]} failed for {package}: {done.stderr.strip()[-800:]}")


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian's package scripts ask this file before they start a service; an administrator's own is kept."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
