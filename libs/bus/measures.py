"""What operators see of the bus. A look-up of its own spares each event the resolution of labels."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from libs.telemetry.metrics import counter, gauge, histogram


@cache
def published(type_: str) -> Counter:
    return counter("bus_published", "Events the broker has confirmed.", ("type",)).labels(type_)


@cache
def not_published(reason: str) -> Counter:
    """`reason` is `refused` (or unknown), `overload` (more than the relay's backlog holds), or `unheard`."""
    return counter("bus_left_to_sweeper", "Events the relay left to the sweeper.", ("reason",)).labels(reason)


@cache
def flow(state: str) -> Gauge:
    return gauge(
        "bus_flow", "1 for what the way of events to the broker is, of all that it can be.", ("state",)
    ).labels(state)


@cache
def waiting(queue: str) -> Gauge:
    return gauge("bus_queue_messages", "Messages ready in a queue, when it was last looked at.", ("queue",)).labels(
        queue
    )


@cache
def swept() -> Counter:
    return counter("bus_swept", "Events the sweeper has published.")


@cache
def handled(consumer: str, type_: str) -> Counter:
    return counter("bus_handled", "Events handled.", ("consumer", "type")).labels(consumer, type_)


@cache
def handling_seconds(consumer: str) -> Histogram:
    return histogram("bus_handling_seconds", "Time to handle an event, or a batch of them.", ("consumer",)).labels(
        consumer
    )


@cache
def retried(consumer: str) -> Counter:
    return counter("bus_retried", "Events sent to a retry tier.", ("consumer",)).labels(consumer)


@cache
def parked(consumer: str, reason: str) -> Counter:
    return counter("bus_parked", "Events parked.", ("consumer", "reason")).labels(consumer, reason)


@cache
def unrouted(how: str) -> Counter:
    """`how` is `replayed` or `discarded`."""
    return counter("bus_unrouted", "Events that no queue wanted, by what an operator did with them.", ("how",)).labels(
        how
    )


@cache
def behind(projection: str) -> Gauge:
    meaning = "Age of the newest event of the last batch that a projection has taken in."
    return gauge("bus_projection_behind_seconds", meaning, ("projection",)).labels(projection)
