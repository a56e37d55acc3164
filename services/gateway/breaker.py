"""A circuit breaker: after repeated failures a service rests for a moment, then one request probes it."""

from libs.domain.refusals import Unavailable


class CircuitOpen(Unavailable):
    """The service failed too often just now; nothing is sent to it until it has rested."""

    code = "circuit_open"


class Breaker:
    """Opens after `failures` in a row; its rest (seconds) doubles with each probe that fails."""

    __slots__ = (
        "_failed",
        "_failures",
        "_longest_rest",
        "_opened_at",
        "_probing",
        "_rest",
        "_shortest_rest",
        "name",
    )

    def __init__(self, name: str, *, failures: int = 5, rest: float = 1.0, longest_rest: float = 2.0) -> None:
        self.name = name
        self._failures = failures
        self._shortest_rest = self._rest = rest
        self._longest_rest = longest_rest
        self._failed = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def admit(self, now: float) -> None:
        """Let a request through, as the only probe if the circuit is open and rested. Raises CircuitOpen."""
        if self._opened_at is None:
            return
        remaining = self._opened_at + self._rest - now
        if remaining > 0 or self._probing:
            detail = f"{self.name} does not answer at the moment"
            raise CircuitOpen(detail, retry_after=max(1, round(remaining)))
        self._probing = True

    def succeeded(self) -> None:
        """An answer came, whatever its status."""
        self._failed = 0
        self._opened_at = None
        self._rest = self._shortest_rest
        self._probing = False

    def failed(self, now: float) -> None:
        """No answer came."""
        self._failed += 1
        if self._probing:
            self._rest = min(self._rest * 2, self._longest_rest)
            self._opened_at = now
        elif self._failed >= self._failures and self._opened_at is None:
            self._opened_at = now
        self._probing = False

    def abandoned(self) -> None:
        """The request ended before it showed anything about the service (its client went away)."""
        self._probing = False
