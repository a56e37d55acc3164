"""Where a request came from, seen through the proxies that stand before the gateway."""

from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from aiohttp import web

from services.gateway.headers import FORWARDED_FOR

SUBNET_BITS = 64  # what one IPv6 subscriber is usually given


class Origin(NamedTuple):
    """The caller's address, and the chain of addresses to tell the service."""

    address: str
    chain: str

    @property
    def subject(self) -> str:
        """What limits are counted by: the address, or the subnet of an IPv6 one."""
        return _subnet(self.address) if ":" in self.address else self.address


def origin_of(request: web.BaseRequest, trusted_proxies: int) -> Origin:
    """Believe X-Forwarded-For only as far as `trusted_proxies` own hops wrote it."""
    peer = request.remote or "unknown"
    if trusted_proxies <= 0:
        return Origin(peer, peer)
    told = [hop.strip() for line in request.headers.getall(FORWARDED_FOR, []) for hop in line.split(",")]
    chain = [*told[-trusted_proxies:], peer]
    return Origin(chain[0], ", ".join(chain))


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
