"""Every state machine of sales over HTTP, from its table."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from libs.contracts.billing import InvoiceState
from libs.contracts.catalogue import ProductState
from libs.contracts.documents import QuoteState
from libs.contracts.sales import LeadState
from libs.domain import lifecycle
from libs.domain.lifecycle import Lifecycle
from libs.store.clock import utc_now
from libs.web.executing import STORE
from libs.web.resource import lifecycle_actions
from services.sales.app import SALES
from services.sales.invoices.commands import invoice_due
from services.sales.invoices.model import MOVES as INVOICE_MOVES
from services.sales.leads.model import MOVES as LEAD_MOVES
from services.sales.opportunities.model import MOVES as OPPORTUNITY_MOVES
from services.sales.opportunities.model import Opportunity, Standing
from services.sales.orders import model as order_model
from services.sales.orders.model import MOVES as ORDER_MOVES
from services.sales.orders.model import Order
from services.sales.products.model import MOVES as PRODUCT_MOVES
from services.sales.quotes.model import MOVES as QUOTE_MOVES
from tests.services.sales.test_routes import made
from tests.support.services import COLLEAGUE, Running
from tests.support.walking import Machine, walk

COUNT = count(1)
WORK = {"description": "Work", "quantity": 2, "unit_price": 50}
CODES = ("EUR", "USD", "JPY", "BHD", "CHF", "GBP", "SEK", "NOK")


def making(collection: str, **fields: Any) -> Callable[[Running], Awaitable[str]]:
    """Makes a record that differs from others in what must be unique."""

    async def make(sales: Running) -> str:
        number = next(COUNT)
        unique: dict[str, Any] = {"products": {"sku": f"S-{number}"}, "tax_codes": {"code": f"c{number}"}}
        unique["currencies"] = {"code": CODES[number % len(CODES)]}
        return str((await made(sales, collection, {**fields, **unique.get(collection, {})}))["id"])

    return make


def selling(collection: str) -> Callable[[Running], Awaitable[str]]:
    """Makes a document for a customer."""

    async def make(sales: Running) -> str:
        customer = await made(sales, "accounts", {"name": "Acme"})
        reference = {"collection": "accounts", "id": customer["id"]}
        return str((await made(sales, collection, {"name": "Work", "customer": reference, "lines": [WORK]}))["id"])

    return make


async def make_relationship(sales: Running) -> str:
    names = ("Acme", "Globex")
    ends = [{"collection": "accounts", "id": (await made(sales, "accounts", {"name": name}))["id"]} for name in names]
    body = {"party": ends[0], "role": "partner", "other": ends[1]}
    return str((await made(sales, "relationships", body))["id"])


async def make_overdue_invoice(sales: Running) -> str:
    """One whose timer has fired, as it does after the due date."""
    id_ = await selling("invoices")(sales)
    await sales.post(f"/api/v1/invoices/{id_}/issue")
    due = invoice_due.at(utc_now(), id_)
    await sales.app[STORE].run(lambda work: invoice_due.fire(work, due), due.context)
    return id_


async def make_delivering_order(sales: Running) -> str:
    """One of which some is delivered."""
    id_ = await selling("orders")(sales)
    await sales.post(f"/api/v1/orders/{id_}/submit")
    await sales.post(f"/api/v1/orders/{id_}/fulfil", {"lines": [{"line_id": "1", "quantity": 1}]})
    return id_


def standing_of_opportunity(record: Any) -> str:
    return Opportunity.model_validate(record).standing


def standing_of_order(record: Any) -> str:
    return Order.model_validate(record).standing


def plain(collection: str, **fields: Any) -> Machine:
    return Machine(collection, lifecycle.MOVES, Lifecycle.ACTIVE, making(collection, **fields))


def dated(member: str) -> list[dict[str, Any]]:
    return [{"valid_from": "2026-01-01", member: 1}]


async def some_payment(sales: Running, id_: str) -> dict[str, Any]:
    """One that counts; of what is owed so much is paid for it."""
    path = f"/api/v1/invoices/{id_}"
    _, invoice = await sales.get(path)
    if invoice["state"] in {InvoiceState.ISSUED, InvoiceState.OVERDUE}:
        _, invoice = await sales.post(f"{path}/record_payment", {"amount": 1})
    counting = [each["id"] for each in invoice["payments"] if "reversal" not in each]
    return {"payment_id": counting[-1] if counting else "none"}


ORDERS = Machine("orders", ORDER_MOVES, order_model.Standing.NEW, selling("orders"), standing=standing_of_order)
INVOICES = Machine(
    "invoices",
    INVOICE_MOVES,
    InvoiceState.DRAFT,
    selling("invoices"),
    bodies={"record_payment": {"amount": 100}, "reverse_payment": some_payment, "record_refund": {"amount": 1}},
    ways={InvoiceState.CANCELED: ["issue", "record_payment", "cancel"]},
)
OVERDUE_INVOICES = replace(
    INVOICES,
    begins=InvoiceState.OVERDUE,
    make=make_overdue_invoice,
    ways={InvoiceState.CANCELED: ["record_payment", "cancel"]},
)

MACHINES = (
    Machine("leads", LEAD_MOVES, LeadState.OPEN, making("leads", topic="Card", last_name="Lee")),
    Machine(
        "opportunities",
        OPPORTUNITY_MOVES,
        Standing.IN_PROGRESS,
        making("opportunities", name="Card"),
        bodies={"move": {"stage": "proposal"}},
        standing=standing_of_opportunity,
    ),
    Machine("quotes", QUOTE_MOVES, QuoteState.DRAFT, selling("quotes")),
    ORDERS,
    replace(ORDERS, begins=order_model.Standing.DELIVERING, make=make_delivering_order),
    INVOICES,
    OVERDUE_INVOICES,
    Machine("products", PRODUCT_MOVES, ProductState.DRAFT, making("products", name="Desk")),
    plain("accounts", name="Acme"),
    plain("company_profiles", name="Dawn Interiors"),
    plain("contacts", last_name="Lee"),
    Machine("relationships", lifecycle.MOVES, Lifecycle.ACTIVE, make_relationship),
    plain("competitors", name="Globex"),
    plain("price_lists", name="Resellers"),
    plain("goals", name="Quarter", target=100, starts_on="2026-10-01", ends_on="2026-12-31"),
    plain("pipelines", name="Renewals", stages=[{"name": "asked", "probability": 40}]),
    plain("scoring_rules", name="Hot", condition="rating eq 'hot'", points=20),
    plain("assignment_rules", name="To a colleague", user_id=COLLEAGUE),
    plain("tax_codes", rates=dated("percent")),
    plain("currencies", rates=dated("rate")),
)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.collection)
async def test_every_open_move_works_and_every_other_is_refused(sales: Running, machine: Machine) -> None:
    assert await walk(sales, machine) == []


def test_no_machine_is_left_out() -> None:
    moved = {
        resource.collection for resource in SALES.resources if resource.actions or lifecycle_actions(resource.record)
    }

    assert {machine.collection for machine in MACHINES} == moved
