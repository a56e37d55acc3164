"""I7: how much memory the services hold."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.local.stack import Stack

MEBIBYTE = 1024
"""In the kernel's unit, which is the KiB."""


def resident(suite: Stack) -> dict[str, float]:
    """MiB in memory, by copy of a service."""
    found: dict[str, float] = {}
    for name, copy in suite.copies.items():
        if (pid := suite.pid(copy.service, copy.number)) is not None:
            status = Path(f"/proc/{pid}/status").read_text()
            if match := re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE):
                found[name] = int(match[1]) / MEBIBYTE
    return found


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """MiB that each has more than before."""
    return {name: round(after[name] - before[name], 1) for name in before.keys() & after.keys()}
