"""Invoices over HTTP. What cannot be taken back is for those who may remove invoices."""

from typing import Final

from libs.web.access import Operation
from libs.web.resource import Action, Resource
from services.sales.invoices import commands
from services.sales.invoices.commands import CanceledInvoice, CancelInvoice
from services.sales.invoices.letter import letter_of
from services.sales.invoices.model import Invoice
from services.sales.issued_letters.routes import issued_pdf_route
from services.sales.payments import commands as payments
from services.sales.payments.commands import RecordPayment, RecordRefund, ReversePayment

RESOURCE: Final = Resource(
    Invoice,
    create=commands.create_invoice,
    change=commands.change_invoice,
    remove=commands.remove_invoice,
    restore=commands.restore_invoice,
    actions=(
        Action("reprice", commands.reprice_invoice, "Calculate a draft again with the prices of today", None, Invoice),
        Action(
            "issue",
            commands.issue_invoice,
            "It has its number, and is owed from now on",
            None,
            Invoice,
            Operation.DELETE,
        ),
        Action(
            "record_payment",
            payments.record_payment,
            "So much of it was paid",
            RecordPayment,
            Invoice,
            Operation.DELETE,
        ),
        Action(
            "reverse_payment",
            payments.reverse_payment,
            "A payment did not last: so much is owed again",
            ReversePayment,
            Invoice,
            Operation.DELETE,
        ),
        Action(
            "record_refund",
            payments.record_refund,
            "So much of what was paid was given back",
            RecordRefund,
            Invoice,
            Operation.DELETE,
        ),
        Action(
            "cancel",
            commands.cancel_invoice,
            "Take it back by a credit note",
            CancelInvoice,
            CanceledInvoice,
            Operation.DELETE,
        ),
    ),
)

ROUTES: Final = (issued_pdf_route(Invoice, letter_of),)
