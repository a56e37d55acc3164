"""How much of the machine a test has."""

import os


def allowing(seconds: float) -> float:
    """A limit meant for a machine of one's own, prolonged by as much as others crowd this one."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
