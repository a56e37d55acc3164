"""The story that `tandem demo` tells, from a campaign to a paid sale.

docs/guides/from-lead-to-payment.md works the figures out by hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

import pytest
from rich.console import Console

from deploy.local.stack import Stack
from deploy.local.suite import admin_password
from libs.cli.client import Account, signed_in
from libs.cli.demo.story import Story
from tests.flows.stories import SOON, Record
from tests.support.calling import Caller
from tests.support.waiting import eventually

TOLD = [
    "Order created",
    "Order submitted",
    "Order partially fulfilled",
    "Invoice created",
    "Invoice issued",
    "Order fulfilled",
    "Order invoiced",
    "Invoice created",
    "Invoice issued",
    "Invoice payment recorded",
    "Invoice payment recorded",
    "Invoice paid",
    "Invoice payment recorded",
    "Invoice paid",
]
ORDERED = (1201.50, 36.05, 19.50, 1184.95, 272.54, 1457.49)
INVOICED = [(379.80, 11.40, 6.16, 374.56, 86.15, 460.71), (821.70, 24.65, 13.34, 810.39, 186.39, 996.78)]


@dataclass(frozen=True, slots=True)
class Sale:
    """What stands after it, and what was told meanwhile; quotes and invoices in the order in which they were made."""

    told: str
    opportunity: Record
    quotes: Sequence[Record]
    order: Record
    invoices: Sequence[Record]


@pytest.fixture(scope="module")
async def sale(suite: Stack, admin: Caller) -> Sale:
    told = StringIO()
    async with signed_in(Account(suite.url("gateway"), "admin", admin_password(suite.home))) as api:
        invoice = await Story(api, Console(file=told, width=200)).play(audience=3)
    order = await admin.get(f"orders/{invoice['order_id']}")
    opportunity = await admin.get(f"opportunities/{order['opportunity_id']}")
    return Sale(
        told.getvalue(),
        opportunity,
        await admin.find("quotes", f"opportunity_id eq '{opportunity['id']}'"),
        order,
        await admin.find("invoices", f"order_id eq '{order['id']}'"),
    )


def figures(document: Record) -> tuple[float, ...]:
    priced = document["priced"]
    return tuple(priced[name] for name in ("subtotal", "discount", "freight", "net", "tax", "total"))


def test_every_figure_is_as_worked_out_by_hand(sale: Sale) -> None:
    first, revision = sale.quotes

    assert figures(first) == (1201.50, 0, 19.50, 1221.00, 280.83, 1501.83)
    assert (figures(revision), figures(sale.order)) == (ORDERED, ORDERED)
    assert sorted(map(figures, sale.invoices)) == INVOICED


def test_the_quote_was_revised_and_accepted_by_who_had_its_link(sale: Sale) -> None:
    first, revision = sale.quotes

    assert [(quote["state"], quote["revision"]) for quote in sale.quotes] == [("closed", 1), ("won", 2)]
    assert first["number"] == revision["number"]
    assert (first["status_reason"], revision["order_id"]) == ("revised", sale.order["id"])
    assert revision["acceptance"]["name"] in sale.told
    assert re.search(rf"{revision['number']}\b.*1[,.]457[,.]49", revision["acceptance"]["wording"])


def test_the_sale_is_won_for_what_was_ordered_and_all_of_it_is_for_the_new_customer(sale: Sale) -> None:
    customer = sale.opportunity["customer"]

    assert (sale.opportunity["state"], sale.opportunity["actual_value"]) == ("won", 1184.95)
    assert customer["collection"] == "accounts"
    assert [document["customer"] for document in (*sale.quotes, sale.order, *sale.invoices)] == [customer] * 5


def test_all_that_was_ordered_is_delivered_invoiced_and_paid(sale: Sale) -> None:
    assert sale.order["state"] == "invoiced"
    assert [(line["quantity_fulfilled"], line["quantity_invoiced"]) for line in sale.order["lines"]] == [(5, 5), (3, 3)]
    assert {(invoice["state"], invoice["balance_amount"]) for invoice in sale.invoices} == {("paid", 0)}
    payments = [[payment["amount"] for payment in invoice["payments"]] for invoice in sale.invoices]
    assert sorted(payments) == [[200, 260.71], [996.78]]


async def test_the_timeline_of_the_customer_tells_of_order_and_invoices(admin: Caller, sale: Sale) -> None:
    about = {sale.order["id"], *(invoice["id"] for invoice in sale.invoices)}

    async def look() -> list[str]:
        entries = (await admin.get(f"timeline/accounts/{sale.opportunity['customer']['id']}", top="200"))["value"]
        told = [each["title"] for each in reversed(entries) if each["subject"]["id"] in about]
        titles = [title for title in told if title != "Order updated"]
        return titles if len(titles) >= len(TOLD) else []

    assert await eventually(look, within=SOON) == TOLD


def test_the_numbers_are_told(sale: Sale) -> None:
    documents = (sale.quotes[0], sale.order, *sale.invoices)

    assert [each["number"] for each in documents if each["number"] not in sale.told] == []
