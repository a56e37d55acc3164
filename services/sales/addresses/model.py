"""Addresses of those whom we sell to, by what they are for."""

from typing import Annotated, Final

from libs.contracts.values import Address
from libs.domain.fields import INDEXED
from libs.domain.record import Record

ADDRESSES: Final = ("address", "billing_address", "shipping_address", "visiting_address")


class Located(Record):
    """`address` is where they are written to, and stands for any other that is missing."""

    address: Annotated[Address | None, INDEXED] = None
    billing_address: Annotated[Address | None, INDEXED] = None
    shipping_address: Annotated[Address | None, INDEXED] = None
    visiting_address: Annotated[Address | None, INDEXED] = None


def billed_at(customer: Located) -> Address | None:
    return customer.billing_address or customer.address


def supplied_at(customer: Located) -> Address | None:
    """Deliveries go where somebody can be visited, rather than where post is sent."""
    return customer.shipping_address or customer.visiting_address or customer.address
