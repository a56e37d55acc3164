"""What people, and the clock, do with invoices."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from libs.contracts.billing import InvoiceState
from libs.contracts.values import Day, Value
from libs.domain.fields import Line
from libs.domain.record import Draft, Record
from libs.domain.refusals import NotRestorable
from libs.jobs import timers
from libs.jobs.timers import Timer, timer
from libs.store.work import UnitOfWork
from services.sales.company_profiles.store import profile_in_use
from services.sales.credit_notes.letter import letter_of as credit_note_letter
from services.sales.credit_notes.model import CreditNote, crediting
from services.sales.customer_documents.commands import parties
from services.sales.documents import commands as documents
from services.sales.documents.model import Document
from services.sales.invoices import model, store
from services.sales.invoices.letter import letter_of
from services.sales.invoices.model import Invoice
from services.sales.issued_letters.commands import keep_letter
from services.sales.issued_letters.model import kept_until
from services.sales.numbering.model import CREDIT_NOTES, INVOICES
from services.sales.numbering.store import take_number
from services.sales.order_invoices import model as order_invoices
from services.sales.orders.model import LineQuantity, Order
from services.sales.pricing.model.document import MOST_LINES
from services.sales.tax_codes import store as tax_codes


class InvoiceOrder(Value):
    """What is to be charged; without `lines` all that was delivered and is on no invoice. `supplied_on` is when it was
    delivered, by default the day of the last delivery: its taxes count.
    """

    lines: Annotated[tuple[LineQuantity, ...], Field(max_length=MOST_LINES)] | None = None
    supplied_on: Day | None = None


class CancelInvoice(Value):
    reason: Line | None = None


class CanceledInvoice(BaseModel):
    """What canceling answers: the invoice as it is then, and the credit note that takes it back."""

    invoice: Invoice
    credit_note: CreditNote


async def create_invoice(work: UnitOfWork, draft: Draft) -> Invoice:
    return work.add(await documents.price(work, Invoice.drafted(draft, id=work.new_id())))


async def change_invoice(work: UnitOfWork, current: Invoice, wanted: Invoice) -> Invoice:
    model.require_editable(current, wanted)
    return work.save(await documents.price_changes(work, current, wanted))


async def invoice_order(work: UnitOfWork, order_id: str, request: InvoiceOrder) -> Invoice:
    """A draft over what was delivered and is on no invoice, or so much of that."""
    order = await work.get_target(Order, order_id)
    invoice = order_invoices.over_order(order, id=work.new_id(), supplied_on=request.supplied_on)
    return work.add(await _charge(work, invoice, order, request.lines))


async def _charge(work: UnitOfWork, invoice: Invoice, order: Order, asked: Sequence[LineQuantity] | None) -> Invoice:
    lines = order_invoices.to_invoice(order, asked)
    rates = await _rates(work, order, on=invoice.supplied_on)
    charged = order_invoices.charging(invoice, order, lines, await store.of_order(work, order.id), rates)
    invoiced, events = order_invoices.invoice(order, lines)
    work.save(invoiced, *events)
    return charged


async def _rates(work: UnitOfWork, document: Document, *, on: date | None) -> Mapping[str, Decimal]:
    """The percent of its tax codes on a day, by code; none where its figures are of that day anyway."""
    if document.priced is None or on in {None, document.priced.on}:
        return {}
    return await tax_codes.rates_on(work, {tax.tax_code for tax in document.priced.taxes if tax.tax_code}, on=on)


async def remove_invoice(work: UnitOfWork, invoice: Invoice) -> Invoice:
    """What it charges of an order can be charged again."""
    model.require_draft(invoice)
    await _give_back(work, invoice)
    return work.remove(invoice)


async def _give_back(work: UnitOfWork, invoice: Invoice) -> None:
    order = await _order(work, invoice)
    if order is not None:
        work.save(order_invoices.give_back(order, invoice.order_lines))


async def _order(work: UnitOfWork, invoice: Invoice) -> Order | None:
    """None for an invoice without one, or whose order is gone."""
    return await work.look_up(Order, invoice.order_id) if invoice.order_id else None


async def restore_invoice(work: UnitOfWork, invoice: Invoice) -> Invoice:
    """An invoice over an order charges the same of it as before; raises `NotRestorable` where the order is gone."""
    if invoice.order_id is None:
        return work.restore(invoice)
    order = await _order(work, invoice)
    if order is None:
        raise NotRestorable("the order that it charges is not there any more")
    return work.restore(await _charge(work, invoice, order, invoice.order_lines))


async def reprice_invoice(work: UnitOfWork, invoice_id: str) -> Invoice:
    repriced, event = model.reprice(await work.get_target(Invoice, invoice_id))
    return work.save(await documents.price(work, repriced), event)


async def issue_invoice(work: UnitOfWork, invoice_id: str) -> Invoice:
    """Its number is the next of the year. That, and how it reads from now on, comes with the same commit."""
    draft = await work.get_target(Invoice, invoice_id)
    model.require_issuable(draft, on=work.now.date())
    if draft.supplied_on is None:
        model.require_taxes(draft, await _rates(work, draft, on=work.now.date()), on=work.now.date())
    number = await take_number(work, INVOICES)
    issued, events = model.issue(draft, number=number, at=work.now)
    if issued.state is InvoiceState.ISSUED and issued.due_date is not None:
        timers.schedule(work, invoice_due.at(model.overdue_from(issued.due_date), issued.id))
    address = issued.billing_address or (await parties(work, issued)).billed_at
    sender = await profile_in_use(work)
    kept = {"billing_address": address, "retained_until": kept_until(work.now, sender)}
    saved = work.save(issued.model_copy(update=kept), *events)
    await keep_letter(work, saved, letter_of(saved, work.now.date()), sender)
    return saved


@timer("invoice_due")
async def invoice_due(work: UnitOfWork, due: Timer) -> None:
    """The due date has passed, which makes overdue what is still owed."""
    invoice = await work.look_up(Invoice, due.key)
    if invoice is not None and invoice.state is InvoiceState.ISSUED:
        work.save(*model.fall_due(invoice))


async def cancel_invoice(work: UnitOfWork, invoice_id: str, request: CancelInvoice) -> Mapping[str, Record]:
    """The canceled invoice, and the credit note that takes it back under the next number of its own series."""
    invoice = await work.get_target(Invoice, invoice_id)
    canceled, event = model.cancel(invoice, credit_note_id=work.new_id(), reason=request.reason, at=work.now)
    number = await take_number(work, CREDIT_NOTES)
    sender = await profile_in_use(work)
    credited = crediting(invoice, id=event.credit_note_id, number=number, reason=request.reason, at=work.now)
    note = credited.model_copy(update={"retained_until": kept_until(work.now, sender)})
    await _give_back(work, invoice)
    await keep_letter(work, note, credit_note_letter(note, work.now.date()), sender)
    return {"invoice": work.save(canceled, event), "credit_note": work.add(note)}
