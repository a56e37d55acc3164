from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.documents import OrderFulfilled, OrderPartiallyFulfilled
from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.customer_documents.model import bought_by
from services.sales.documents.model import figured
from services.sales.orders import model
from services.sales.orders.model import (
    LineQuantity,
    Order,
    OrderEmpty,
    OrderLine,
    OrderLocked,
    OrderWithoutCustomer,
)
from services.sales.pricing.model.document import DocumentLine
from services.sales.quotes.model import Quote
from tests.services.sales.pricing.samples import priced

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACME = {"collection": "accounts", "id": "account-1", "name": "Acme"}
NEW = model.itemised(
    Order.model_validate(
        {
            "id": "order-1",
            "name": "Desks",
            "customer": ACME,
            "lines": [{"product_id": "desk", "quantity": 2}, {"description": "Advice", "quantity": "1.5"}],
        }
    )
)
SUBMITTED = model.submit(NEW, at=NOW)[0]


def some(**quantities: str) -> list[LineQuantity]:
    """`line_1="2"` is two of line 1."""
    return [LineQuantity(line_id=name[5:], quantity=Decimal(each)) for name, each in quantities.items()]


def delivered(order: Order) -> list[str]:
    return [str(line.quantity_fulfilled) for line in order.lines]


def test_an_order_of_a_quote_is_what_was_offered() -> None:
    offered = figured(
        Quote.model_validate(
            {
                "id": "quote-1",
                "number": "Q-2026-000001",
                "name": "Desks",
                "customer": ACME,
                "terms": "Within 30 days.",
                "lines": [{"product_id": "desk", "quantity": 2}],
                "discount": {"percent": 5},
                "owner_id": "user-7",
                "order_id": "order-1",
                "tags": ("spring",),
            }
        ),
        priced(lines=[{"product_id": "desk", "quantity": 2}]),
    )

    order = model.of_quote(offered)

    assert (order.id, order.quote_id, order.owner_id) == ("order-1", "quote-1", "user-7")
    assert (order.number, order.standing, order.tags) == ("", "new", ())
    assert (order.customer, order.terms, order.discount) == (offered.customer, offered.terms, offered.discount)
    assert (order.priced, order.total_amount) == (offered.priced, offered.total_amount)
    assert [(line.id, line.product_id) for line in order.lines] == [("1", "desk")]


def test_lines_keep_the_ids_that_they_have_and_others_get_the_numbers_that_are_free() -> None:
    lines = [OrderLine(id=id_, quantity=Decimal(1)) for id_ in ("", "1", "A-7", "")]

    itemised = model.itemised(NEW.evolve(lines=[*lines, DocumentLine(quantity=Decimal(1)).model_dump()]))

    assert [line.id for line in itemised.lines] == ["2", "1", "A-7", "3", "4"]
    assert model.itemised(itemised) == itemised


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"id": "1"}, "/lines/1/id"),
        ({"quantity_fulfilled": 1}, "/lines/1/quantity_fulfilled"),
        ({"quantity_invoiced": 1}, "/lines/1/quantity_invoiced"),
    ],
)
def test_what_a_client_cannot_say_of_a_line_is_named(line: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.itemised(NEW.evolve(lines=[{"id": "1", "quantity": 1}, {"quantity": 1, **line}]))

    assert refused.value.errors[0].pointer == pointer


@pytest.mark.parametrize("change", [{"name": "Chairs"}, {"lines": ()}, {"customer": None}, {"discount": {"amount": 5}}])
def test_what_was_submitted_stays_as_it_was_agreed(change: dict[str, Any]) -> None:
    model.require_editable(NEW, NEW.evolve(**change))
    model.require_editable(model.hold(NEW)[0], NEW.evolve(**change))

    with pytest.raises(OrderLocked) as refused:
        model.require_editable(SUBMITTED, SUBMITTED.evolve(**change))

    assert refused.value.extra["open_actions"] == ["fulfil", "cancel"]


def test_own_notes_may_change_in_any_state() -> None:
    model.require_editable(SUBMITTED, SUBMITTED.evolve(tags=("autumn",), custom={"region": "north"}))


def test_nothing_and_for_nobody_is_not_submitted() -> None:
    with pytest.raises(OrderEmpty):
        model.submit(NEW.evolve(lines=()), at=NOW)
    with pytest.raises(OrderWithoutCustomer):
        model.submit(NEW.evolve(customer=None), at=NOW)


def test_a_prospect_gives_way_to_the_customer_that_it_has_become() -> None:
    for_prospect = NEW.evolve(customer=None, prospect={"last_name": "Lee"})

    known = bought_by(for_prospect, NEW.customer)

    assert (known.customer, known.prospect) == (NEW.customer, None)
    assert bought_by(for_prospect, None) == for_prospect
    assert bought_by(NEW, None) == NEW


def test_without_lines_all_that_is_left_is_delivered() -> None:
    partly, _ = model.fulfil(SUBMITTED, some(line_1="1"), final=False, at=NOW)
    fulfilled, event = model.fulfil(partly, None, final=False, at=NOW)

    assert (fulfilled.state, fulfilled.status_reason, fulfilled.fulfilled_at) == ("fulfilled", "complete", NOW)
    assert isinstance(event, OrderFulfilled)
    assert delivered(fulfilled) == ["2", "1.5"]


def test_a_partial_delivery_leaves_the_order_open_for_the_rest() -> None:
    partly, event = model.fulfil(SUBMITTED, some(line_1="1", line_2="0.5"), final=False, at=NOW)

    assert (partly.state, partly.status_reason, partly.fulfilled_at) == ("submitted", "partial", None)
    assert isinstance(event, OrderPartiallyFulfilled)
    assert delivered(partly) == ["1", "0.5"]
    with pytest.raises(MoveRefused) as refused:
        model.cancel(partly, at=NOW)
    assert refused.value.extra["open_actions"] == ["fulfil", "invoice"]


def test_after_the_final_delivery_nothing_follows() -> None:
    partly, _ = model.fulfil(SUBMITTED, some(line_1="1"), final=False, at=NOW)
    ended, event = model.fulfil(partly, [], final=True, at=NOW)

    assert (ended.state, ended.status_reason, ended.fulfilled_at) == ("fulfilled", "partial", NOW)
    assert isinstance(event, OrderFulfilled)
    assert delivered(ended) == ["1", "0"]
    with pytest.raises(MoveRefused):
        model.fulfil(ended, None, final=False, at=NOW)


@pytest.mark.parametrize(
    ("lines", "pointer", "code"),
    [
        (some(line_1="2", line_2="1.6"), "/lines/1/quantity", "more_than_ordered"),
        (some(line_1="1.5") * 2, "/lines/1/quantity", "more_than_ordered"),
        (some(line_1="0"), "/lines/0/quantity", "not_positive"),
        (some(line_1="-1"), "/lines/0/quantity", "not_positive"),
        (some(line_9="1"), "/lines/0/line_id", "unknown_line"),
        ([], "/lines", "nothing_delivered"),
    ],
)
def test_what_cannot_have_been_delivered_is_named(lines: list[LineQuantity], pointer: str, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.fulfil(SUBMITTED, lines, final=True, at=NOW)

    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == (pointer, code)


quantities = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(3), places=2)


@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), quantities), max_size=12))
def test_however_it_is_delivered_it_is_never_more_than_was_ordered(deliveries: list[tuple[str, Decimal]]) -> None:
    order, taken = SUBMITTED, {"1": Decimal(0), "2": Decimal(0)}
    for line_id, quantity in deliveries:
        try:
            order, _ = model.fulfil(order, [LineQuantity(line_id=line_id, quantity=quantity)], final=False, at=NOW)
        except (InvalidFields, MoveRefused):
            continue
        taken[line_id] += quantity

    assert [line.quantity_fulfilled for line in order.lines] == list(taken.values())
    assert all(line.quantity_fulfilled <= line.quantity for line in order.lines)
    assert (order.state == "fulfilled") == all(line.quantity_fulfilled == line.quantity for line in order.lines)
