"""What an operator sets for the gateway beyond what every service has. Times are in seconds."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from libs.web.settings import ServiceSettings
from services.gateway.bodies import BodyLimits
from services.gateway.ownership import Service
from services.gateway.proxy import ProxyLimits
from services.gateway.rate_limit import Rate


class GatewaySettings(ServiceSettings):
    """How much one copy of the gateway takes on, and from whom."""

    allowed_origins: frozenset[str] = frozenset()
    """Origins of browser apps served from elsewhere, as JSON: `["https://crm.example"]`."""
    trusted_proxies: int = Field(default=0, ge=0)
    """How many own proxies stand before the gateway and write X-Forwarded-For."""

    answer_seconds: float = Field(default=30.0, gt=0)
    overview_seconds: float = Field(default=1.0, gt=0)
    """How long a service may take for its part of an overview."""
    stream_silence_seconds: float = Field(default=60.0, gt=0)
    body_grace_seconds: float = Field(default=15.0, gt=0)
    keep_alive_seconds: float = Field(default=75.0, gt=0)
    """Also how long the head of a request may take to arrive."""
    drain_seconds: float = Field(default=10.0, ge=0)
    lingering_seconds: float = Field(default=2.0, gt=0)
    """How long the rest of a body is read that was refused, so that the caller sees why."""
    largest_body: int = Field(default=32 * 1024 * 1024, gt=0)

    most_requests: int = Field(default=1000, gt=0)
    most_requests_per_service: int = Field(default=400, gt=0)
    most_event_streams: int = Field(default=2000, gt=0)
    most_connections: int = Field(default=5000, gt=0)

    requests_per_second: float = Field(default=2000.0, gt=0)
    request_burst: int = Field(default=10_000, gt=0)
    public_requests_per_second: float = Field(default=20.0, gt=0)
    public_request_burst: int = Field(default=100, gt=0)

    @property
    def origins(self) -> Mapping[Service, str]:
        """Where each service answers."""
        return {service: self.upstream(service.value) for service in Service}

    @property
    def server_options(self) -> Mapping[str, Any]:
        """How aiohttp serves: callers who leave end their request, bodies pass as they came."""
        return {
            "keepalive_timeout": self.keep_alive_seconds,
            "shutdown_timeout": self.drain_seconds,
            "lingering_time": self.lingering_seconds,
            "handler_cancellation": True,
            "auto_decompress": False,
            "access_log": None,
        }

    @property
    def proxy_limits(self) -> ProxyLimits:
        """What one exchange may take."""
        body = BodyLimits(largest=self.largest_body, grace=self.body_grace_seconds)
        return ProxyLimits(answer=self.answer_seconds, silence=self.stream_silence_seconds, body=body)

    @property
    def caller_rate(self) -> Rate:
        """How often one signed-in caller may ask one copy."""
        return Rate(self.requests_per_second, self.request_burst)

    @property
    def address_rate(self) -> Rate:
        """How often one address may ask without signing in, or with credentials that are not valid."""
        return Rate(self.public_requests_per_second, self.public_request_burst)
