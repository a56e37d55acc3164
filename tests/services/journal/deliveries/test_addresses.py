"""Where webhooks may not go, however the address is written."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.journal.deliveries.addresses import AddressRefused, guarded_socket, is_public

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:7f00:1::",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "192.1.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_on_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_on_the_public_internet_is_allowed(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_in_the_clothes_of_another_kind_is_judged_by_itself(address: object) -> None:
    assert is_public(f"::ffff:{address}") is is_public(str(address))
    assert not is_public(f"::{address}")
    assert not is_public(f"64:ff9b::{address}")


def test_no_socket_is_made_for_an_address_that_is_refused() -> None:
    make = guarded_socket(is_public)

    with pytest.raises(AddressRefused):
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 443)))
    make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))).close()
