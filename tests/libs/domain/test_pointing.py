"""Which fields point to records, and what they are once ids lead elsewhere."""

from typing import Annotated, Any

import pytest

from libs.contracts.values import Reference
from libs.domain.fields import Lookup
from libs.domain.people import Respondent
from libs.domain.pointing import Leading, pointing_fields, pointing_to
from libs.domain.record import Record


class Note(Record, collection="notes", aggregate="test.note"):
    text: str = ""
    parent_id: Annotated[str | None, Lookup.to("notes")] = None
    about: Reference | None = None
    customer: Annotated[Respondent | None, Lookup.to("accounts", "contacts")] = None
    account_ids: Annotated[tuple[str, ...], Lookup.to("accounts")] = ()
    parties: tuple[Reference, ...] = ()


FIELDS = {field.name: field for field in pointing_fields(Note)}
LEADS = {"accounts/2": Leading("accounts/1", "Acme"), "notes/2": Leading("notes/1")}


def test_what_points_to_records_is_known_from_the_model() -> None:
    assert [(field.name, field.path) for field in FIELDS.values()] == [
        ("parent_id", "parent_id"),
        ("about", "about.id"),
        ("customer", "customer.id"),
        ("account_ids", "account_ids"),
        ("parties", "parties.id"),
    ]
    found = pointing_to(Note, frozenset({"contacts"}))
    assert [field.name for field in found] == ["about", "customer", "parties"]


@pytest.mark.parametrize(
    ("name", "value", "led"),
    [
        ("parent_id", "2", "1"),
        ("parent_id", "3", "3"),
        ("parent_id", None, None),
        ("about", {"collection": "accounts", "id": "2", "name": "Akme"}, ("accounts", "1", "Acme")),
        ("about", {"collection": "contacts", "id": "2"}, {"collection": "contacts", "id": "2"}),
        ("account_ids", ["2", "3"], ["1", "3"]),
        ("account_ids", ["1", "2"], ["1"]),
        ("parties", [{"collection": "notes", "id": "2"}], [{"collection": "notes", "id": "1", "name": None}]),
    ],
)
def test_a_value_points_to_where_its_ids_lead(name: str, value: Any, led: Any) -> None:
    if isinstance(led, tuple):
        led = dict(zip(("collection", "id", "name"), led, strict=True))

    assert FIELDS[name].led(value, LEADS, owner="notes/9") == led


def test_who_has_two_roles_keeps_both_and_each_role_once() -> None:
    def party(role: str, id: str, name: str) -> dict[str, str]:
        return {"role": role, "collection": "accounts", "id": id, "name": name}

    both = [party("to", "2", "Akme"), party("cc", "1", "Acme Ltd"), party("to", "1", "Acme Ltd")]

    assert FIELDS["parties"].led(both, LEADS, owner="notes/9", now=both) == [
        party("to", "1", "Acme Ltd"),
        party("cc", "1", "Acme Ltd"),
    ]


def test_particulars_beside_an_id_stay() -> None:
    customer = {"collection": "accounts", "id": "2", "name": "Akme", "email": "office@example.org"}

    led = FIELDS["customer"].led(customer, LEADS, owner="notes/9")

    assert led == {**customer, "id": "1", "name": "Acme"}


def test_a_record_does_not_come_to_point_to_itself() -> None:
    assert FIELDS["parent_id"].led("2", LEADS, owner="notes/1") is None


def test_a_name_that_was_given_is_kept() -> None:
    now = {"collection": "accounts", "id": "1", "name": "Acme then"}

    assert FIELDS["about"].led({"collection": "accounts", "id": "2"}, LEADS, owner="notes/9", now=now) == now
