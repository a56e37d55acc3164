import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from libs.telemetry.logs import bind_correlation, configure_logging, logger
from libs.telemetry.redaction import HIDDEN


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.BytesIO()
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_service_level_and_utc_time(stream: io.BytesIO) -> None:
    configure_logging("sales", json=True, stream=stream)

    logger().info("lead_qualified", record_id="0192")

    [line] = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "lead_qualified", "service": "sales", "level": "info", "record_id": "0192"}


def test_correlation_is_on_the_lines_inside_the_block_only(stream: io.BytesIO) -> None:
    configure_logging("sales", json=True, stream=stream)
    log = logger()

    with bind_correlation("request-1"):
        with bind_correlation("request-1", "event-7"):
            log.info("inner")
        log.info("outer")
    log.info("after")

    inner, outer, after = lines(stream)
    assert (inner["correlation_id"], inner["causation_id"]) == ("request-1", "event-7")
    assert outer["correlation_id"] == "request-1"
    assert "causation_id" not in outer
    assert "correlation_id" not in after


def test_secrets_and_personal_data_never_reach_the_line(stream: io.BytesIO) -> None:
    configure_logging("identity", json=True, stream=stream)

    logger().warning("sign_in_refused", password="hunter2", email="ada@example.com", detail="for ada@example.com")

    text = stream.getvalue().decode()
    assert "hunter2" not in text
    assert "ada@" not in text
    assert lines(stream)[0]["password"] == HIDDEN


def test_a_traceback_is_logged_and_scrubbed(stream: io.BytesIO) -> None:
    configure_logging("identity", json=True, stream=stream)

    try:
        int("ada@example.com")
    except ValueError:
        logger().exception("unexpected")

    [line] = lines(stream)
    assert "ValueError: invalid literal" in line["exception"]
    assert "ada@" not in line["exception"]


def test_libraries_that_use_standard_logging_come_out_alike(stream: io.BytesIO) -> None:
    configure_logging("sales", json=True, stream=stream)

    with bind_correlation("request-1"):
        logging.getLogger("some.library").warning("lost %s", "amqp://tandem:hunter2@broker")

    [line] = lines(stream)
    assert line["event"] == f"lost amqp://{HIDDEN}@broker"
    assert (line["level"], line["logger"], line["correlation_id"]) == ("warning", "some.library", "request-1")


def test_lines_under_the_level_are_dropped(stream: io.BytesIO) -> None:
    configure_logging("sales", json=True, level="warning", stream=stream)

    logger().info("chatter")
    logging.getLogger("some.library").info("chatter")

    assert lines(stream) == []


def test_people_get_text(stream: io.BytesIO) -> None:
    configure_logging("sales", json=False, stream=stream)

    logger().info("lead_qualified", record_id="0192")

    text = stream.getvalue().decode()
    assert "lead_qualified" in text
    assert not text.startswith("{")
