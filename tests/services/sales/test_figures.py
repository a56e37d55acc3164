"""What figures of sales are made of is in the last event about each record, as the contract promises it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from libs.contracts.billing import CreditNoteSnapshot, InvoiceSnapshot
from libs.contracts.event import Snapshot
from libs.contracts.planning import PipelineSnapshot
from libs.contracts.publishers import BY_TYPE
from libs.contracts.sales import OpportunitySnapshot
from libs.domain.record import Record
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.invoices import commands as invoices
from services.sales.invoices.commands import CancelInvoice
from services.sales.invoices.model import Invoice
from services.sales.opportunities import commands as opportunities
from services.sales.opportunities.commands import MoveOpportunity, WinOpportunity
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import DEFAULT
from services.sales.products import commands as products
from services.sales.products.model import Product
from tests.services.sales.copies import all_of, announced, do, draft

ACME = {"collection": "accounts", "id": "account-1", "name": "Acme"}
DAYS_TO_WIN = 12

S = TypeVar("S", bound=Snapshot)


@pytest.fixture
async def lines(store: Store) -> list[dict[str, object]]:
    """Two desks and an hour of advice: 500 and 120."""
    desk = await do(store, products.create_product, draft(Product, sku="D-1", name="Desk", list_price=Decimal(250)))
    await do(store, products.activate_product, desk.id)
    return [
        {"product_id": desk.id, "quantity": 2},
        {"description": "Advice", "unit": "hour", "quantity": 1, "unit_price": 120},
    ]


async def told(store: Store, record: Record, snapshot: type[S]) -> S:
    """The record as a subscriber who heard its last event alone knows it."""
    *_, last = await announced(store, record)
    known = BY_TYPE[last.type].received(last).record
    assert isinstance(known, snapshot)
    return known


async def test_sales_by_person_and_product_and_the_length_of_a_sale(
    store: Store, lines: list[dict[str, object]]
) -> None:
    splits = [{"user_id": "ana", "percent": 75}, {"user_id": "eva", "percent": 25}]
    opened = await do(
        store, opportunities.create_opportunity, draft(Opportunity, name="Office", lines=lines, splits=splits)
    )

    async def win_later(work: UnitOfWork) -> None:
        work.now += timedelta(days=DAYS_TO_WIN)
        await opportunities.win_opportunity(work, opened.id, WinOpportunity(actual_value=Decimal(600)))

    await do(store, win_later)
    won = await told(store, opened, OpportunitySnapshot)

    assert won.actual_value is not None
    assert won.closed_at is not None
    assert won.created_at is not None
    assert won.priced is not None
    assert {each.user_id: won.actual_value * each.percent / 100 for each in won.splits} == {"ana": 450, "eva": 150}
    assert [(line.sku, int(line.quantity), int(line.net)) for line in won.priced.lines] == [
        ("D-1", 2, 500),
        (None, 1, 120),
    ]
    assert (won.closed_at - won.created_at).days == DAYS_TO_WIN


async def test_what_was_in_which_stage_on_any_day(store: Store) -> None:
    opened = await do(store, opportunities.create_opportunity, draft(Opportunity, name="Office"))

    async def move_later(work: UnitOfWork) -> None:
        work.now += timedelta(days=3)
        await opportunities.move_opportunity(work, opened.id, MoveOpportunity(stage="proposal"))

    await do(store, move_later)
    known = await told(store, opened, OpportunitySnapshot)
    pipeline = await told(store, DEFAULT, PipelineSnapshot)

    first, last = known.stage_history
    assert first.left_at == last.entered_at
    assert (first.stage, first.seconds, last.stage, last.left_at) == ("qualification", 3 * 86400, "proposal", None)
    assert [stage.name for stage in pipeline.stages].index(last.stage) == 2
    assert pipeline.stages[2].probability == known.probability == 50


async def test_revenue_by_product_is_what_was_invoiced_less_what_was_credited(
    store: Store, lines: list[dict[str, object]]
) -> None:
    kept, taken_back = [
        await do(store, invoices.create_invoice, draft(Invoice, name="Office", customer=ACME, lines=lines))
        for _ in range(2)
    ]
    for each in (kept, taken_back):
        await do(store, invoices.issue_invoice, each.id)
    answer = await do(store, invoices.cancel_invoice, taken_back.id, CancelInvoice())

    revenue: Counter[str | None] = Counter()
    for invoice in await all_of(store, Invoice):
        charged = await told(store, invoice, InvoiceSnapshot)
        assert charged.priced is not None
        revenue.update({line.sku: int(line.net) for line in charged.priced.lines if charged.issued_at})
    credited = await told(store, answer["credit_note"], CreditNoteSnapshot)
    assert credited.priced is not None
    revenue.subtract({line.sku: int(line.net) for line in credited.priced.lines})
    assert revenue == {"D-1": 500, None: 120}
