"""The order as its customer reads it."""

from datetime import date

from libs.contracts.documents import OrderState
from services.sales.orders.model import Order
from services.sales.printing.model import Day, Kind, Letter, Mark


def letter_of(order: Order, today: date) -> Letter:
    """Until it is submitted it is not confirmed, and as of today."""
    issued = order.submitted_at.date() if order.submitted_at else today
    return Letter(
        kind=Kind.ORDER,
        document=order,
        prospect=order.prospect,
        mark=Mark.DRAFT if order.state is OrderState.ACTIVE else None,
        reference=order.customer_reference,
        days={Day.ISSUED: issued, Day.DELIVERY: order.delivery_date},
        introduction=order.description,
        terms=order.terms,
        delivery=order.shipping_address,
    )
