"""The bounds and intervals of the bus."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """Durations are in seconds. The defaults suit production; tests shorten them."""

    exchange: str = "crm.events"
    unrouted: str = "crm.unrouted"
    """Where events go that no queue is bound to: an exchange and a queue of this name."""
    keeps_common: bool = False
    """Whether this service looks after these two. Others find them there, and need no right to change them."""
    audience: tuple[str, ...] = ()
    """Services that must have their queues before this one announces anything, so that none misses a first event."""

    publish_window: int = 256
    """Publications of the relay that may be in flight at once."""
    publish_timeout: float = 5.0
    """After this an unconfirmed publication counts as unknown, and its connection as dead."""
    relay_backlog: int = 4096
    """Committed events that wait in memory for the window; further ones are left to the sweeper."""
    clear_after: float = 0.2
    """How long confirmed events are gathered before the outbox forgets them in one write."""
    clear_batch: int = 256

    sweep_age: float = 2.0
    """Events that wait longer than this are the sweeper's."""
    sweep_every: float = 2.0
    sweep_page: int = 1000
    lease: float = 5.0
    """How long a sweeper that has died keeps others from its duty."""

    prefetch: int = 64
    tries: int = 3
    """Attempts in this process before a message goes to a retry tier."""
    first_pause: float = 0.05
    handling_timeout: float = 60.0
    """A handler that takes longer has failed."""
    tiers: tuple[float, ...] = (1, 5, 30, 120, 600)
    """The delays of the retry tiers; after the last one a message is parked."""
    delivery_limit: int = 20
    most_marks: int = 5
    """Deliveries of one message that may end without an outcome before it counts as killing the process."""

    connect_timeout: float = 5.0
    reconnect_first: float = 0.1
    reconnect_longest: float = 3.0
    heartbeat: int = 10
    probe_every: float = 3.0
    """How often a connection must show that it is alive; heartbeats alone would take half a minute."""
    probe_timeout: float = 5.0
    """How long it may be silent when asked; whatever it sends meanwhile shows life too."""
    reassert_every: float = 10.0
    """How often exchanges and bindings are declared again, since nobody announces that one was removed."""

    drain_timeout: float = 5.0
    """How long a stop waits for what is in hand."""
