"""What people do with orders."""

from typing import Annotated

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.customer_documents import model as customer_documents
from services.sales.customer_documents.commands import addressed
from services.sales.customer_documents.store import opportunity_of
from services.sales.documents import commands as documents
from services.sales.invoices.store import has_invoices
from services.sales.numbering.model import ORDERS
from services.sales.numbering.store import draw_number
from services.sales.order_bundles.model import unpacked
from services.sales.order_invoices.model import OrderHasInvoices, settle
from services.sales.orders import model
from services.sales.orders.model import LineQuantity, Order
from services.sales.pricing.model.document import MOST_LINES
from services.sales.quotes.model import Quote


class FulfilOrder(Value):
    """What was delivered; without `lines` all that was left. After a `final` delivery no other follows."""

    lines: Annotated[tuple[LineQuantity, ...], Field(max_length=MOST_LINES)] | None = None
    final: bool = False


async def create_order(work: UnitOfWork, draft: Draft) -> Order:
    order = Order.drafted(draft, id=work.new_id())
    opportunity = await opportunity_of(work, order)
    if opportunity is not None:
        order = customer_documents.following(order, opportunity)
    sound = customer_documents.require_sound(model.itemised(order), opportunity)
    priced = unpacked(await documents.price(work, sound))
    return work.add(priced.model_copy(update={"number": await draw_number(work, ORDERS)}))


async def take_order(work: UnitOfWork, quote: Quote) -> Order:
    """The order that an accepted quote becomes, for the customer whom its opportunity knows by now."""
    order = await _for_known_customer(work, unpacked(model.of_quote(quote)))
    return work.add(order.model_copy(update={"number": await draw_number(work, ORDERS)}))


async def _for_known_customer(work: UnitOfWork, order: Order) -> Order:
    opportunity = await opportunity_of(work, order) if order.customer is None else None
    return order if opportunity is None else customer_documents.bought_by(order, opportunity.customer)


async def change_order(work: UnitOfWork, current: Order, wanted: Order) -> Order:
    model.require_editable(current, wanted)
    if wanted.lines != current.lines:
        wanted = model.itemised(wanted)
    customer_documents.require_sound(wanted, await opportunity_of(work, wanted))
    return work.save(unpacked(await documents.price_changes(work, current, wanted)))


async def remove_order(work: UnitOfWork, order: Order) -> Order:
    if await has_invoices(work, order.id):
        raise OrderHasInvoices("invoices are over it; drafts among them can be removed")
    return work.remove(order)


async def hold_order(work: UnitOfWork, order_id: str) -> Order:
    return work.save(*model.hold(await work.get_target(Order, order_id)))


async def resume_order(work: UnitOfWork, order_id: str) -> Order:
    return work.save(*model.resume(await work.get_target(Order, order_id)))


async def submit_order(work: UnitOfWork, order_id: str) -> Order:
    """Submits the order; where it has no customer of its own, to the one whom its opportunity knows by now."""
    order = await _for_known_customer(work, await work.get_target(Order, order_id))
    submitted, event = model.submit(order, at=work.now)
    return work.save(await addressed(work, submitted), event)


async def fulfil_order(work: UnitOfWork, order_id: str, request: FulfilOrder) -> Order:
    order = await work.get_target(Order, order_id)
    fulfilled, event = model.fulfil(order, request.lines, final=request.final, at=work.now)
    settled, invoiced = settle(fulfilled)
    return work.save(settled, event, *invoiced)


async def cancel_order(work: UnitOfWork, order_id: str) -> Order:
    return work.save(*model.cancel(await work.get_target(Order, order_id), at=work.now))
