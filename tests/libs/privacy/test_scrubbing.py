"""A person is taken out of whatever is kept, and nobody else is."""

from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.privacy import Person, PersonalFields
from libs.privacy.scrubbing import Erased

LEAD: Final = "0193479c-0000-7000-8000-000000000001"
PERSON: Final = Person(
    records=(f"leads/{LEAD}",),
    emails=("mira.quill@example.org",),
    phones=("+49 30 123456", "030 123456"),
    phone_keys=("+4930123456",),
    names=("Mira", "Quill", "Mira Quill", "Won", "Ebba"),
    personal=(PersonalFields(collection="leads", fields=("birth_date", "tags", "email")),),
)
MIRA: Final = Erased.of(PERSON, b"salt")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call Mira Quill at noon", "Call … at noon"),
        ("QUILL: +49 (30) 123456", "…: …"),
        ("email eq 'mira.quill@example.org'", "email eq '…'"),
        ("o'quill@example.org", "o'quill@example.org"),
        ("write to <Mira.Quill@Example.org>.", "write to <…>."),
        ("customer|email:mira.quill@example.org", "customer|email:…"),
        ("name:mira quill|phone:+4930123456", "name:…|phone:…"),
        ("Quillon and Miranda stay", "Quillon and Miranda stay"),
        ("mara@example.org, +49 30 654321", "mara@example.org, +49 30 654321"),
        ("As Mr Won said", "As Mr … said"),
        ("won", "won"),
        ("sales.opportunity.won", "sales.opportunity.won"),
        (LEAD, LEAD),
        ("leads/0193479c-ebba-7000-8000-000000000001 of Ebba", "leads/0193479c-ebba-7000-8000-000000000001 of …"),
        ("030123456", "…"),
    ],
)
def test_a_text_loses_their_names_addresses_and_numbers(text: str, left: str) -> None:
    assert MIRA.text(text) == left


def test_a_reference_to_one_of_their_records_keeps_the_record_alone() -> None:
    theirs = {"collection": "leads", "id": LEAD, "name": "M. Q.", "email": "other@example.org"}
    others = {"collection": "leads", "id": "7", "name": "M. Q."}

    assert MIRA.value({"customer": theirs}) == {
        "customer": {"collection": "leads", "id": LEAD, "name": None, "email": None}
    }
    assert MIRA.value({"customer": others}) == {"customer": others}


def test_of_those_who_take_part_a_record_stays_and_an_address_goes() -> None:
    theirs = {"role": "to", "collection": "leads", "id": LEAD, "email": "mira.quill@example.org"}
    by_address = {"role": "cc", "name": "M. Q.", "email": "mira.quill@example.org"}
    by_number = {"role": "cc", "phone": "030 123456"}
    of_the_same_company = {"role": "bcc", "collection": "leads", "id": "7", "phone": "030 123456"}
    other = {"role": "bcc", "email": "hugo@example.org"}

    left = MIRA.value({"parties": [theirs, by_address, by_number, of_the_same_company, other]})

    assert left == {"parties": [{**theirs, "email": None}, {**of_the_same_company, "phone": None}, other]}


def test_an_event_of_theirs_loses_what_is_personal_in_its_record() -> None:
    record = {"id": LEAD, "version": 2, "birth_date": "1990-05-01", "tags": ["vip"], "rating": "hot"}
    changed = {"birth_date": {"before": None, "after": "1990-05-01"}, "rating": {"before": None, "after": "hot"}}

    left = MIRA.value({"subject": f"leads/{LEAD}", "data": {"record": record, "changed": changed}})

    assert left["data"]["record"] == {**record, "birth_date": None, "tags": []}
    assert left["data"]["changed"] == {**changed, "birth_date": {"before": None, "after": None}}
    assert left["subject"] == f"leads/{LEAD}"


def test_an_entry_about_one_of_their_records_loses_the_same() -> None:
    entry = {
        "subject": {"collection": "leads", "id": LEAD, "name": "Mira Quill"},
        "changed": {"email": {"before": "old@example.org", "after": "mira.quill@example.org"}},
    }

    assert MIRA.value(entry) == {
        "subject": {"collection": "leads", "id": LEAD, "name": None},
        "changed": {"email": {"before": None, "after": None}},
    }


def test_json_in_bytes_is_looked_into_and_other_bytes_stay() -> None:
    answer = orjson.dumps({"id": LEAD, "version": 1, "email": "mira.quill@example.org", "amount": 12.5})

    assert orjson.loads(MIRA.value(answer)) == {"id": LEAD, "version": 1, "email": None, "amount": 12.5}
    assert MIRA.value(b"\x00\xff") == b"\x00\xff"
    assert MIRA.value(b'{"a": 1}') == b'{"a": 1}'


def test_a_row_of_a_file_is_emptied_as_a_whole() -> None:
    rows = [["Mira", "1990-05-01", "mira.quill@example.org"], ["Ana", "1991-01-01", "ana@example.org"]]

    assert MIRA.value({"sample": rows}) == {"sample": [["", "", ""], rows[1]]}


@pytest.mark.parametrize(
    ("value", "concerned"),
    [
        ({"about": ["cases/7", f"leads/{LEAD}"]}, True),
        ({"_id": f"list/{LEAD}"}, True),
        ({"body": orjson.dumps({"note": "mira.quill@example.org"})}, True),
        ({"note": "call +49 30 123456"}, True),
        ({"note": "call 030 123456"}, False),
        ({"name": "Mira Quill"}, False),
        ({"id": "0193479c-0000-7000-8000-000000000002", "at": "2026-11-20T09:30:00Z"}, False),
    ],
)
def test_what_is_theirs_is_told_by_records_addresses_and_own_numbers_never_by_names(
    value: dict[str, Any],
    *,
    concerned: bool,
) -> None:
    assert MIRA.concerns(value) is concerned


def test_a_tombstone_knows_them_without_saying_who_they_are() -> None:
    tombstone = MIRA.tombstone()

    assert Erased.from_tombstone(tombstone) == MIRA
    assert "quill" not in repr(tombstone).lower()


NESTED: Final = st.recursive(
    st.sampled_from(["Dear Mira", "Quill & Co", "to mira.quill@example.org", "+49 30 123456", "plain", ""])
    | st.integers(0, 99)
    | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)


@given(NESTED)
def test_nothing_of_them_is_left_at_any_depth(value: Any) -> None:
    left = orjson.dumps(MIRA.value(value)).lower()

    assert not any(trace in left for trace in (b"mira", b"quill", b"+49"))


@given(NESTED)
def test_taking_out_again_changes_nothing(value: Any) -> None:
    once = MIRA.value(value)

    assert MIRA.value(once) == once
