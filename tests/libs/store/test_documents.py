"""What is stored is what was saved, and what clients see of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.values import Address
from libs.store.context import Context
from libs.store.documents import differences, public, to_document, to_json, to_record
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, order

MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
DAYS = st.dates(min_value=date(1900, 1, 1))
LINES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50)


@given(customer=LINES, amount=MONEY, placed_at=MOMENTS, due_on=DAYS, note=st.none() | LINES, tags=st.lists(LINES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_record_holds_then_reading_it_gives_what_was_saved(
    store: Store,
    *,
    customer: str,
    amount: Decimal,
    placed_at: datetime,
    due_on: date,
    note: str | None,
    tags: list[str],
) -> None:
    async def create(work: UnitOfWork) -> Order:
        return work.add(order(customer, amount=amount, placed_at=placed_at, due_on=due_on, note=note, tags=tags))

    saved = await store.run(create, Context())
    read = await store.run(lambda work: work.get(Order, saved.id), Context())

    assert read == saved
    assert str(read.amount) == str(saved.amount)


def test_given_no_value_then_the_field_is_not_stored_and_reads_as_null() -> None:
    document = to_document(order("Ada", ship_to=Address(city="Bergen")))

    assert "note" not in document
    assert document["ship_to"] == {"city": "Bergen"}
    assert public(Order, document)["note"] is None


def test_given_private_fields_then_neither_record_nor_view_has_them() -> None:
    stored = {**to_document(order()), "_outbox": [{"body": b"secret"}], "_pending": 1, "_request": {}, "_deleted": 1}

    assert not [name for name in public(Order, stored) if name.startswith("_")]
    assert to_record(Order, stored).customer == "Ada"


def test_given_a_document_of_an_older_model_then_the_fields_it_lacks_have_their_defaults() -> None:
    assert to_record(Order, {"_id": "1", "customer": "Ada", "no_longer_known": 5}).tags == ()


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (Decimal("1234.50"), b"1234.50"),
        (Decimal("1E+3"), b"1000"),
        (Decimal("-0.000000001"), b"-0.000000001"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), b'"2026-03-01T12:00:00Z"'),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2))), b'"2026-03-01T12:00:00+02:00"'),
    ],
)
def test_numbers_and_times_are_written_as_json_knows_them(value: object, json: bytes) -> None:
    assert to_json(value) == json


def test_given_something_that_is_no_json_then_it_is_not_guessed() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        to_json({"key": object()})


def test_a_change_names_each_field_that_a_person_would_say_has_changed() -> None:
    before = to_document(order("Ada", note="call first", tags=["a"]))
    after = {**before, "customer": "Grace", "tags": ["a"], "version": 2, "modified_at": 1, "_pending": 2}
    del after["note"]

    assert differences(before, after) == {
        "customer": {"before": "Ada", "after": "Grace"},
        "note": {"before": "call first", "after": None},
    }
