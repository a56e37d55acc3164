"""The way of every API request: owner, caller, limits, then on to the service."""

import asyncio
from dataclasses import dataclass

from aiohttp import hdrs, web

from libs.domain.refusals import Unauthenticated
from libs.web.authentication import Caller
from libs.web.requests import correlation_of
from services.gateway.addresses import Origin, origin_of
from services.gateway.headers import API_KEY, CORRELATION_ID, FORWARDED_FOR, for_service
from services.gateway.identification import Identification, Identified
from services.gateway.marks import ALLOWANCE
from services.gateway.ownership import ENDLESS, owner
from services.gateway.proxy import Proxy
from services.gateway.public_paths import is_public
from services.gateway.rate_limit import Buckets
from services.gateway.shedding import Room
from services.gateway.streams import EventStreams
from services.gateway.upstreams import Upstreams


@dataclass(frozen=True, slots=True)
class Gate:
    """What a request passes on its way to the service that owns its path."""

    identification: Identification
    callers: Buckets
    addresses: Buckets
    requests: Room
    streams: EventStreams
    proxy: Proxy
    upstreams: Upstreams
    trusted_proxies: int

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Answer as the owner of the path does. Raises the refusals of every step."""
        upstream = self.upstreams[owner(request.rel_url)]
        origin = origin_of(request, self.trusted_proxies)
        headers = for_service(request.headers)
        if is_public(request):
            _count(request, self.addresses, origin.subject)
        else:
            identified = await self._identified(request, origin)
            headers[hdrs.AUTHORIZATION] = identified.authorization
            headers.popall(API_KEY, None)
        headers[CORRELATION_ID] = correlation_of(request)
        headers[FORWARDED_FOR] = origin.chain
        if request.rel_url.raw_path in ENDLESS:
            with self.streams.room:
                return await self.proxy.forward(request, upstream, headers)
        with self.requests, upstream.room:
            return await self.proxy.forward(request, upstream, headers)

    async def caller(self, request: web.Request) -> Caller:
        """Who asks for something that the gateway answers itself; counted like any request."""
        return (await self.identified(request)).caller

    async def identified(self, request: web.Request) -> Identified:
        """The request with the token that services know the caller by."""
        return await self._identified(request, origin_of(request, self.trusted_proxies))

    async def _identified(self, request: web.Request, origin: Origin) -> Identified:
        """Guessing credentials, and asking for keys to be exchanged, counts against the address."""

        def count_address() -> None:
            _count(request, self.addresses, origin.subject)

        try:
            identified = await self.identification.identify(request, before_exchange=count_address)
        except Unauthenticated:
            count_address()
            raise
        _count(request, self.callers, identified.caller.user_id)
        return identified


GATE = web.AppKey("gate", Gate)


def _count(request: web.Request, buckets: Buckets, subject: str) -> None:
    request[ALLOWANCE] = buckets.take(subject, asyncio.get_running_loop().time())
