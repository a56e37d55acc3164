"""The order as its customer reads it."""

from datetime import date

from libs.contracts.documents import OrderState
from services.sales.orders.model import Order
from services.sales.printing.model import Day, Kind, Letter


def letter_of(order: Order, today: date) -> Letter:
    """Until it is submitted it is not confirmed, and as of today."""
    issued = order.submitted_at.date() if order.submitted_at else today
    days = {Day.ISSUED: issued, Day.DELIVERY: order.delivery_date}
    return Letter(
        kind=Kind.ORDER,
        document=order,
        draft=order.state is OrderState.ACTIVE,
        reference=order.customer_reference,
        days={name: day for name, day in days.items() if day is not None},
    )
