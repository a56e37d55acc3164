"""What documents of sales take over from customers and leads: from whom it is kept there, it is kept here as well."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Final

from libs.domain.grants import Permissions

Sources = frozenset[tuple[str, str]]
"""Fields, each with its collection."""

_BILLED: Final[Sources] = frozenset(product(("accounts", "contacts"), ("address", "billing_address")))
_SUPPLIED: Final[Sources] = frozenset(
    product(("accounts", "contacts"), ("address", "shipping_address", "visiting_address"))
)
_ASKED_FROM: Final[Sources] = frozenset({("leads", "address")})
_PROSPECT: Final[Sources] = frozenset(
    product(
        ("leads",),
        (
            "first_name", "last_name", "company_name", "job_title", "email", "phone", "address", "birth_date",
            "consent",
        ),
    )
)  # fmt: skip
_OFFERED: Final[Mapping[str, Sources]] = {
    "billing_address": _BILLED | _ASKED_FROM,
    "shipping_address": _SUPPLIED | _ASKED_FROM,
    "prospect": _PROSPECT,
}

COPIES: Final[Mapping[str, Mapping[str, Sources]]] = {
    "opportunities": {"prospect": _PROSPECT},
    "quotes": _OFFERED,
    "orders": _OFFERED,
    "invoices": {"billing_address": _BILLED | _ASKED_FROM},
    "credit_notes": {"billing_address": _BILLED | _ASKED_FROM},
}
"""Collection → field → where its value may come from."""


def with_copies_hidden(permissions: Mapping[str, Permissions]) -> dict[str, Permissions]:
    """The permissions by collection, where a field is hidden if any is from which its value may come."""
    hidden = {(collection, name) for collection, each in permissions.items() for name in each.hidden}
    return {
        collection: replace(each, hidden=each.hidden | _hidden(collection, hidden))
        for collection, each in permissions.items()
    }


def _hidden(collection: str, hidden: set[tuple[str, str]]) -> frozenset[str]:
    copies = COPIES.get(collection, {})
    return frozenset(name for name, sources in copies.items() if not sources.isdisjoint(hidden))
