"""Batches come further apart with the rate of events, and only with it."""

import pytest

from libs.bus import pacing
from libs.bus.pacing import Pacing

LEAST = 0.05


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its one element."""
    now = [100.0]
    monkeypatch.setattr(pacing, "perf_counter", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("events", "after", "expected"),
    [(2, 0.05, LEAST), (4, 0.1, LEAST), (6, 0.1, 0.5), (29, 0.1, 0.5), (31, 0.1, 1.0), (1000, 0.1, 1.0)],
    ids=["calm", "brisk", "just busy", "busy", "just a rush", "rush"],
)
def test_the_pause_follows_the_rate(clock: list[float], events: int, after: float, expected: float) -> None:
    paced = Pacing(LEAST)

    clock[0] += after
    paced.begins(events)

    assert paced.pause() == pytest.approx(expected)


def test_a_pause_that_is_wanted_longer_stays_so(clock: list[float]) -> None:
    paced = Pacing(2.0)

    clock[0] += 0.1
    paced.begins(100)

    assert paced.pause() == pytest.approx(2.0)


def test_what_comes_after_a_quiet_moment_waits_for_nothing(clock: list[float]) -> None:
    paced = Pacing(LEAST)
    clock[0] += LEAST
    paced.begins(1)

    clock[0] += LEAST

    assert paced.pause() == 0


def test_what_comes_soon_after_a_batch_waits_for_the_rest_of_the_pause(clock: list[float]) -> None:
    paced = Pacing(LEAST)
    clock[0] += 1
    paced.begins(1)

    clock[0] += 0.02

    assert paced.pause() == pytest.approx(0.03)
