"""Structured logs: one JSON object a line for machines, coloured text for people."""

import logging
import sys
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.contextvars import bind_contextvars, reset_contextvars
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from libs.telemetry.redaction import redact

# Libraries that tell at INFO what an operator needs only when hunting.
QUIET_LIBRARIES = ("aiormq", "aio_pika", "pymongo", "aiohttp.access", "asyncio")


def configure_logging(
    service: str,
    *,
    json: bool | None = None,
    level: int | str = logging.INFO,
    stream: BinaryIO | None = None,
) -> None:
    """Set up logging for this process; `json` unset means JSON unless a person is at the terminal.

    Libraries that log by the standard library come out in the same form and are redacted alike.
    """
    as_json = not sys.stdout.isatty() if json is None else json
    output = sys.stdout.buffer if stream is None else stream
    threshold = logging.getLevelNamesMapping()[level.upper()] if isinstance(level, str) else level
    shared = _shared_processors(service)
    structlog.configure(
        processors=[*shared, _renderer(as_json=as_json)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(file=output),
        cache_logger_on_first_use=True,
    )
    _configure_standard_library(shared, threshold, output, as_json=as_json)


def logger(**bound: object) -> FilteringBoundLogger:
    """A logger that carries `bound` on every line; cheap to keep at module level."""
    return cast(FilteringBoundLogger, structlog.get_logger(**bound))


class bind_correlation:  # noqa: N801 - reads as a verb in a `with` statement
    """Put the correlation and causation ids on every log line written inside the `with` block."""

    __slots__ = ("_ids", "_tokens")

    def __init__(self, correlation_id: str, causation_id: str | None = None) -> None:
        self._ids = {"correlation_id": correlation_id}
        if causation_id is not None:
            self._ids["causation_id"] = causation_id
        self._tokens: dict[str, Token[Any]] = {}

    def __enter__(self) -> None:
        self._tokens = dict(bind_contextvars(**self._ids))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        reset_contextvars(**self._tokens)


def _shared_processors(service: str) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _hide_private_values,
    ]


def _hide_private_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.pop("_record", None)
    from_structlog = event.pop("_from_structlog", None)
    hidden = redact(event)
    if record is not None:
        hidden |= {"_record": record, "_from_structlog": from_structlog}
    return hidden


def _renderer(*, as_json: bool) -> Callable[[WrappedLogger, str, EventDict], bytes]:
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_dump_json)  # type: ignore[return-value]  # it returns what its serializer does
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)

    def render(log: WrappedLogger, method: str, event: EventDict) -> bytes:
        return console(log, method, event).encode()

    return render


def _dump_json(event: EventDict, **_: object) -> bytes:
    return orjson.dumps(event, default=str)


def _configure_standard_library(shared: list[Processor], threshold: int, output: BinaryIO, *, as_json: bool) -> None:
    render = _renderer(as_json=as_json)

    def render_text(log: WrappedLogger, method: str, event: EventDict) -> str:
        return render(log, method, event).decode()

    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render_text],
    )
    handler = _LineHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


class _LineHandler(logging.Handler):
    """Writes to the same byte stream as structlog, one line at a time."""

    def __init__(self, output: BinaryIO) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._output.write(self.format(record).encode() + b"\n")
            self._output.flush()
        except Exception:  # noqa: BLE001 - a log line that cannot be written must not end the work it tells of
            self.handleError(record)
