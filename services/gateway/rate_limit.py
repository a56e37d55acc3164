"""How often a caller may ask: a token bucket per subject, in the memory of this copy."""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from libs.domain.refusals import TooManyRequests

ROUNDING = 1e-6  # of one request: what floating point may be off


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, then `per_second`."""

    per_second: float
    burst: int


class Allowance(NamedTuple):
    """What is left in a bucket after a request was taken from it, as two header fields."""

    policy: str
    left: str


class Buckets:
    """One bucket per subject, kept as the moment at which it is full again.

    A bucket that is full equals one that does not exist, so sweeping full ones loses nothing.
    """

    __slots__ = ("_full_at", "_most_subjects", "_name", "_policy", "_rate")

    def __init__(self, name: str, rate: Rate, *, most_subjects: int = 100_000) -> None:
        self._name = name
        self._rate = rate
        self._most_subjects = most_subjects
        self._full_at: dict[str, float] = {}
        window = ceil(rate.burst / rate.per_second)
        # Fields of the IETF draft "RateLimit header fields for HTTP"; every copy counts for itself.
        self._policy = f'"{name}";q={rate.burst};w={window};scope="copy"'

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, subject: str, now: float) -> Allowance:
        """Take one request from the subject's bucket. Raises TooManyRequests."""
        cost = 1 / self._rate.per_second
        empty_after = self._rate.burst * cost
        full_at = max(self._full_at.get(subject, now), now) + cost
        wait = full_at - now - empty_after
        if wait > cost * ROUNDING:
            detail = "too many requests from this caller; the limit is counted by each gateway copy"
            raise TooManyRequests(detail, retry_after=ceil(wait))
        if subject not in self._full_at and len(self._full_at) >= self._most_subjects:
            self._make_room(now)
        self._full_at[subject] = full_at
        remaining = int((empty_after - (full_at - now)) / cost + ROUNDING)
        return Allowance(self._policy, f'"{self._name}";r={remaining};t={ceil(full_at - now)}')

    def _make_room(self, now: float) -> None:
        self._full_at = {subject: at for subject, at in self._full_at.items() if at > now}
        excess = len(self._full_at) - self._most_subjects + max(1, self._most_subjects // 10)
        for subject in list(self._full_at)[: max(0, excess)]:
            del self._full_at[subject]
