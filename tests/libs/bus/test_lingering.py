"""Batches grow with the rate of events, and only with it."""

import pytest

from libs.bus import lingering
from libs.bus.lingering import LONGEST, Lingering


@pytest.mark.parametrize(
    ("events", "after", "expected"),
    [(2, 0.02, 0.02), (14, 0.1, 0.02), (30, 0.1, 50 / 300), (16, 0.1, LONGEST), (1000, 0.1, 0.02)],
    ids=["calm", "brisk", "busy", "just busy", "flooded"],
)
def test_the_wait_follows_the_rate(monkeypatch: pytest.MonkeyPatch, events: int, after: float, expected: float) -> None:
    clock = iter([0.0, after])
    monkeypatch.setattr(lingering, "perf_counter", lambda: next(clock))
    patience = Lingering(0.02)

    patience.took(events)

    assert patience.seconds == pytest.approx(expected)
