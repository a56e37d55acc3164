"""Prometheus metrics on one registry per process."""

from collections.abc import Sequence
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

# Seconds; the steps an operator's latency objective is read from.
LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@cache
def registry() -> CollectorRegistry:
    """The registry of this process, with its memory, CPU and file descriptors already in it."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    return made


@cache
def counter(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Counter:
    """The counter of that name, made when first asked for; `_total` is appended to `name`."""
    return Counter(name, meaning, labels, registry=registry())


@cache
def gauge(name: str, meaning: str, labels: tuple[str, ...] = ()) -> Gauge:
    """The gauge of that name, made when first asked for."""
    return Gauge(name, meaning, labels, registry=registry())


@cache
def histogram(
    name: str,
    meaning: str,
    labels: tuple[str, ...] = (),
    buckets: Sequence[float] = LATENCY_BUCKETS,
) -> Histogram:
    """The histogram of that name, made when first asked for; times are in seconds."""
    return Histogram(name, meaning, labels, buckets=buckets, registry=registry())


def exposition() -> tuple[bytes, str]:
    """The body and content type that `/metrics` answers with."""
    return generate_latest(registry()), CONTENT_TYPE_LATEST


class HttpMetrics:
    """Counts requests and their latency; one dictionary look-up instead of label resolution each.

    `route` is the pattern (`/api/v1/leads/{id}`), never the path, so that the number of series
    stays that of the route table.
    """

    __slots__ = ("_by_outcome", "_in_flight", "_latency", "_requests")

    def __init__(self) -> None:
        self._requests = counter("http_requests", "Requests answered.", ("method", "route", "status"))
        self._latency = histogram("http_request_seconds", "Time to answer a request.", ("method", "route"))
        self._in_flight = gauge("http_requests_in_flight", "Requests being answered.")
        self._by_outcome: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def started(self) -> None:
        self._in_flight.inc()

    def finished(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. Call it for every `started`, also when the client went away."""
        self._in_flight.dec()
        outcome = (method, route, status)
        series = self._by_outcome.get(outcome)
        if series is None:
            series = self._by_outcome[outcome] = (
                self._requests.labels(method, route, str(status)),
                self._latency.labels(method, route),
            )
        requests, latency = series
        requests.inc()
        latency.observe(seconds)
