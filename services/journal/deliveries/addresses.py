"""Which addresses webhooks may be sent to: those of the public internet, as they are when the connection is made."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final, TypeAlias

AddrInfo: TypeAlias = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

_TRANSLATING: Final = (
    ip_network("64:ff9b::/96"),  # NAT64 (RFC 6052)
    ip_network("64:ff9b:1::/48"),  # the same within one's own network (RFC 8215)
    ip_network("2002::/16"),  # 6to4 (RFC 3056)
    ip_network("2001::/32"),  # Teredo (RFC 4380)
    ip_network("::/96"),  # IPv4-compatible (RFC 4291, withdrawn)
)
"""Addresses of the one kind that lead to one of the other."""
_PROTOCOL_ASSIGNMENTS: Final = ip_network("192.0.0.0/24")  # RFC 6890; some clouds keep metadata there


class AddressRefused(OSError):
    """The host's name leads to an address that is not on the public internet."""


def is_public(text: str) -> bool:
    """Whether an IP address, as the resolver gives it, is one of the public internet."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.is_site_local or any(address in network for network in _TRANSLATING):
            return False
    elif address in _PROTOCOL_ASSIGNMENTS:
        return False
    return _is_unicast(address)


def _is_unicast(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def guarded_socket(is_allowed: Callable[[str], bool]) -> Callable[[AddrInfo], socket.socket]:
    """Makes the socket of a connection to this very address, so that no later look-up can lead elsewhere."""

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, (host, *_) = info
        if not is_allowed(str(host)):
            raise AddressRefused(f"{host} is not an address of the public internet")
        return socket.socket(family, kind, protocol)

    return make
