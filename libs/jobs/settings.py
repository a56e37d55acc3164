"""The bounds and intervals of timers and jobs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """Durations are in seconds. The defaults suit production; tests shorten them."""

    poll_every: float = 0.5
    """How soon something is looked for again that could not be taken, since the database or another copy was slow."""
    look_every: float = 2.0
    """How late a copy notices what another one has set and not taken itself; for its own it looks when that is due."""

    timers_at_once: int = 16
    timer_lease: float = 30.0
    """How long a copy that has died keeps its timers from others; an effect that takes longer has failed."""
    timer_attempts: int = 12
    """After so many a timer is left aside for an operator; those that killed the process count too."""
    first_pause: float = 1.0
    """After a try in vain; doubled by each further one, up to `longest_pause`."""
    longest_pause: float = 600.0

    jobs_at_once: int = 2
    job_lease: float = 15.0
    """How long a copy that has died keeps its jobs from others."""
    beat_every: float = 1.0
    """How often a running job prolongs its lease, and looks whether it was canceled."""
    job_attempts: int = 5
    """Beginnings without any progress after which a job has failed."""

    duty_lease: float = 10.0
    """How long a scheduler that has died keeps others from its duties, and how long a duty may take."""
    elect_every: float = 3.0
    """How often the scheduler prolongs its lease, well before that ends, and looks what is to be done."""

    drain_timeout: float = 8.0
    """How long a stop waits for timers in hand; jobs stop at once, since they resume."""

    def pause(self, tries: int) -> float:
        return float(min(self.first_pause * 2.0 ** min(tries - 1, 32), self.longest_pause))
