"""The part of tracing that needs the OpenTelemetry packages; imported only when it is on."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Self

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aio_pika import AioPikaInstrumentor
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.aiohttp_server import AioHttpServerInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.instrumentation.utils import suppress_http_instrumentation
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

INSTRUMENTORS = (
    AioHttpServerInstrumentor,
    AioHttpClientInstrumentor,
    AioPikaInstrumentor,
    PymongoInstrumentor,
)


class Tracing:
    """A tracer provider with its exporter, and the libraries it watches."""

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        self._propagator = TraceContextTextMapPropagator()
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("tandem")
        self._instrumentors = [make() for make in INSTRUMENTORS]
        for instrumentor in self._instrumentors:
            instrumentor.instrument(tracer_provider=self._provider)

    @classmethod
    def export_to(cls, endpoint: str, service: str) -> Self:
        """Send spans in batches to `<endpoint>/v1/traces`, in a thread of the exporter's own."""
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        return cls(service, BatchSpanProcessor(exporter))

    def close(self) -> None:
        for instrumentor in self._instrumentors:
            instrumentor.uninstrument()
        self._provider.shutdown()

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get("traceparent")

    @contextmanager
    def attached(self, traceparent: str) -> Iterator[None]:
        token = context.attach(self._propagator.extract({"traceparent": traceparent}))
        try:
            yield
        finally:
            context.detach(token)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        with trace.use_span(self._tracer.start_span(name), end_on_exit=True):
            yield

    def untraced(self) -> AbstractContextManager[None]:
        return suppress_http_instrumentation()
