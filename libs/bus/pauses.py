"""Waiting longer and longer."""

import random
from collections.abc import Iterator


def pauses(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait, without end: doubling up to `longest`, spread so that peers do not move in step."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load needs no cryptography
        pause = min(pause * 2, longest)
