"""What an input points to, before it is looked up."""

from typing import Annotated

from libs.contracts.values import Reference, Value
from libs.domain.fields import Lookup
from libs.domain.record import Record
from libs.web.references import Pointer, pointers_in


class Part(Value):
    product_id: Annotated[str | None, Lookup.to("products")] = None


class Thing(Record, collection="pointing_things", aggregate="test.pointing_thing"):
    account_id: Annotated[str | None, Lookup.to("accounts")] = None
    friend_ids: Annotated[tuple[str, ...], Lookup.to("contacts")] = ()
    about: Reference | None = None
    parts: tuple[Part, ...] = ()


def test_every_reference_is_found_with_its_place() -> None:
    values = {
        "account_id": "a",
        "friend_ids": ["b", "c"],
        "about": {"collection": "leads", "id": "d"},
        "parts": [{"product_id": "e"}, {"product_id": None}],
    }

    assert pointers_in(Thing, values) == [
        Pointer("/account_id", "accounts", "a", ("accounts",)),
        Pointer("/friend_ids/0", "contacts", "b", ("contacts",)),
        Pointer("/friend_ids/1", "contacts", "c", ("contacts",)),
        Pointer("/about", "leads", "d", ()),
        Pointer("/parts/0/product_id", "products", "e", ("products",)),
    ]


def test_what_is_malformed_is_left_to_validation() -> None:
    assert pointers_in(Thing, {"account_id": 5, "friend_ids": 5, "about": "a", "parts": {"product_id": "e"}}) == []
