import asyncio
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from libs.telemetry import tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_while_off_there_is_no_traceparent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tracing.ENDPOINT_VARIABLE, raising=False)

    assert tracing.start_tracing("sales") is False
    with tracing.attach(PARENT), tracing.span("work"):
        assert tracing.current_traceparent() is None


def test_asking_for_it_without_the_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libs.telemetry.opentelemetry", None)

    with pytest.raises(tracing.TracingNotInstalled, match="`tracing` extra"):
        tracing.start_tracing("sales", "http://127.0.0.1:4318")


# OpenTelemetry instruments aiohttp by a subclass, of which aiohttp warns.
@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
async def test_an_event_continues_the_trace_it_came_with_and_spans_are_exported() -> None:
    pytest.importorskip("opentelemetry.sdk", reason="the tracing extra is not installed")
    received: list[bytes] = []

    async def collect(request: web.Request) -> web.Response:
        received.append(await request.read())
        return web.Response()

    collector = web.Application()
    collector.router.add_post("/v1/traces", collect)
    async with TestServer(collector) as server:
        assert tracing.start_tracing("sales", str(server.make_url("/"))) is True
        try:
            with tracing.attach(PARENT), tracing.span("qualify lead"):
                current = tracing.current_traceparent()
            assert tracing.current_traceparent() is None
        finally:
            await asyncio.to_thread(tracing.stop_tracing)

    assert current is not None
    assert current != PARENT
    assert current.split("-")[1] == PARENT.split("-")[1]
    assert any(b"qualify lead" in body for body in received)
