"""Orders over HTTP."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.invoices.commands import InvoiceOrder, invoice_order
from services.sales.invoices.model import Invoice
from services.sales.orders import commands
from services.sales.orders.commands import FulfilOrder
from services.sales.orders.letter import letter_of
from services.sales.orders.model import Order
from services.sales.printing.routes import pdf_route

RESOURCE: Final = Resource(
    Order,
    create=commands.create_order,
    change=commands.change_order,
    remove=commands.remove_order,
    actions=(
        Action("hold", commands.hold_order, "Wait for now", None, Order),
        Action("resume", commands.resume_order, "Go on after a hold", None, Order),
        Action("submit", commands.submit_order, "It is agreed, and to be delivered", None, Order),
        Action("fulfil", commands.fulfil_order, "All or some of it is delivered", FulfilOrder, Order),
        Action("invoice", invoice_order, "Draft an invoice over what was delivered", InvoiceOrder, Invoice),
        Action("cancel", commands.cancel_order, "It will not be delivered", None, Order),
    ),
)

ROUTES: Final = (pdf_route(Order, letter_of),)
