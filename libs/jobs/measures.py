"""What operators see of timers and jobs."""

from functools import cache

from prometheus_client import Counter, Histogram

from libs.telemetry.metrics import counter, histogram

_LATENESS_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)


@cache
def fired(kind: str) -> Counter:
    return counter("timers_fired", "Timers whose effect is done.", ("kind",)).labels(kind)


@cache
def failed(kind: str) -> Counter:
    return counter("timers_failed", "Attempts at a timer's effect that failed.", ("kind",)).labels(kind)


@cache
def left_aside(kind: str) -> Counter:
    return counter("timers_left_aside", "Timers given up after many attempts.", ("kind",)).labels(kind)


@cache
def lateness(kind: str) -> Histogram:
    meaning = "From the time a timer was due to its effect."
    return histogram("timers_late_seconds", meaning, ("kind",), _LATENESS_BUCKETS).labels(kind)


@cache
def ended(kind: str, state: str) -> Counter:
    return counter("jobs_ended", "Jobs that have come to an end.", ("kind", "state")).labels(kind, state)
