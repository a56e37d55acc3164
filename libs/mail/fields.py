"""What a template can say of records: the fields that services keep of others' records beside their name and e-mail."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

_PERSON: Final = ("first_name", "last_name", "full_name", "job_title", "phone")

FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "leads": (*_PERSON, "company_name", "topic"),
    "contacts": (*_PERSON, "mobile_phone"),
    "accounts": ("phone", "industry"),
    "users": ("username",),
    "opportunities": ("stage", "close_date"),
    "quotes": ("number", "valid_until"),
    "orders": ("number", "delivery_date"),
    "invoices": ("number", "due_date"),
    "cases": ("number", "title", "priority"),
}
"""The fields of a template, by collection; any other collection has the name and the e-mail alone."""

_WRITTEN_TO: Final = ("leads", "contacts", "accounts", "users")


def _fields(*collections: str) -> frozenset[str]:
    return frozenset({"name", "email", *chain.from_iterable(FIELDS_OF[each] for each in collections)})


FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "record": _fields(*FIELDS_OF),
    "recipient": _fields(*_WRITTEN_TO),
    "sender": _fields("users"),
}
"""What the e-mail is about, whom it is for, and whoever writes it."""
