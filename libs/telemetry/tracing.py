"""OpenTelemetry traces, switched on by TANDEM_TRACING_ENDPOINT.

Nothing of OpenTelemetry is imported while tracing is off, and the `traceparent` functions
then cost one comparison.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from libs.telemetry.opentelemetry import Tracing

ENDPOINT_VARIABLE = "TANDEM_TRACING_ENDPOINT"

_tracing: "Tracing | None" = None


class TracingNotInstalled(RuntimeError):
    """Tracing is asked for, but the packages of the `tracing` extra are absent."""

    def __init__(self, missing: str | None) -> None:
        super().__init__(
            f"{ENDPOINT_VARIABLE} is set, but {missing or 'OpenTelemetry'} is not installed: "
            "install the `tracing` extra or unset the variable"
        )


def start_tracing(service: str, endpoint: str | None = None) -> bool:
    """Begin to export spans to an OTLP/HTTP endpoint; returns whether tracing is on.

    Call it before importing modules that make HTTP servers, clients, brokers or databases:
    what was imported earlier is not instrumented. Raises TracingNotInstalled.
    """
    global _tracing  # noqa: PLW0603 - a process is traced or it is not
    address = endpoint or os.environ.get(ENDPOINT_VARIABLE)
    if not address:
        return False
    if _tracing is None:
        try:
            from libs.telemetry.opentelemetry import Tracing  # noqa: PLC0415 - an optional extra
        except ModuleNotFoundError as error:
            raise TracingNotInstalled(error.name) from error
        _tracing = Tracing.export_to(address, service)
    return True


def stop_tracing() -> None:
    """Send the spans still waiting and switch tracing off."""
    global _tracing  # noqa: PLW0603 - a process is traced or it is not
    if _tracing is not None:
        _tracing.close()
        _tracing = None


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the running span; None while tracing is off."""
    return None if _tracing is None else _tracing.traceparent()


def attach(traceparent: str | None) -> AbstractContextManager[None]:
    """Make spans inside the `with` block children of `traceparent`, as it came with an event."""
    if _tracing is None or traceparent is None:
        return nullcontext()
    return _tracing.attached(traceparent)


@contextmanager
def span(name: str) -> Iterator[None]:
    """Time the block as a span of its own; nothing while tracing is off."""
    if _tracing is None:
        yield
        return
    with _tracing.span(name):
        yield


def untraced() -> AbstractContextManager[None]:
    """Requests to strangers made inside the `with` block tell them nothing of the trace."""
    return nullcontext() if _tracing is None else _tracing.untraced()
