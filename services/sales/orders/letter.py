"""The order as its customer reads it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from libs.contracts.documents import OrderState
from services.sales.orders.model import Order
from services.sales.printing.model import Day, Kind, Letter, Mark

_MARKS: Final[Mapping[OrderState, Mark]] = {
    OrderState.ACTIVE: Mark.DRAFT,
    OrderState.CANCELED: Mark.CANCELED,
}


def letter_of(order: Order, today: date) -> Letter:
    """The order as a letter; until it is submitted it is not confirmed, and dated today."""
    issued = order.submitted_at.date() if order.submitted_at else today
    return Letter(
        kind=Kind.ORDER,
        document=order,
        prospect=order.prospect,
        mark=_MARKS.get(order.state),
        reference=order.customer_reference,
        days={Day.ISSUED: issued, Day.DELIVERY: order.delivery_date},
        introduction=order.description,
        terms=order.terms,
        delivery=order.shipping_address,
    )
