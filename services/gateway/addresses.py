"""Where a request came from, seen through the proxies that stand before the gateway."""

from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from aiohttp import web

from services.gateway.headers import FORWARDED_FOR, FORWARDED_HOST, FORWARDED_PROTO

SUBNET_BITS = 64  # what one IPv6 subscriber is usually given


class Origin(NamedTuple):
    """The caller's address, and the chain, host and scheme to tell the service."""

    address: str
    chain: str
    host: str
    scheme: str

    @property
    def subject(self) -> str:
        """Whom to count for limits: the address, or the subnet of an IPv6 one."""
        return _subnet(self.address) if ":" in self.address else self.address


def origin_of(request: web.BaseRequest, trusted_proxies: int) -> Origin:
    """Believe the forwarding headers only as far as `trusted_proxies` own hops wrote them."""
    peer = request.remote or "unknown"
    if trusted_proxies <= 0:
        return Origin(peer, peer, request.host, request.scheme)
    told = [hop.strip() for line in request.headers.getall(FORWARDED_FOR, []) for hop in line.split(",")]
    chain = [*told[-trusted_proxies:], peer] if told else [peer]
    host = request.headers.get(FORWARDED_HOST, request.host)
    return Origin(chain[0], ", ".join(chain), host, request.headers.get(FORWARDED_PROTO, request.scheme))


def _subnet(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> SUBNET_BITS << SUBNET_BITS)}/{SUBNET_BITS}"
