"""A quote that is accepted becomes one order, whoever accepts it how often."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import MoveRefused
from libs.store.merging import merge_records
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.merging import following_merges
from services.sales.accounts.model import Account
from services.sales.accounts.routes import MERGING
from services.sales.contacts.model import Contact
from services.sales.customers.consumers import convert_prospect
from services.sales.opportunities.commands import ReopenOpportunity, create_opportunity, reopen_opportunity
from services.sales.opportunities.model import Opportunity
from services.sales.orders.commands import cancel_order, create_order, submit_order
from services.sales.orders.model import OpportunityHasOrder, Order, OrderWithoutCustomer
from services.sales.products import commands as products
from services.sales.products.model import Product
from services.sales.quotes.commands import accept_quote, activate_quote, create_quote, revise_quote
from services.sales.quotes.model import Quote
from tests.services.sales.copies import add, all_of, announced, deliver, do, draft, read

PROSPECT = {"last_name": "Lee", "company_name": "Lee & Sons"}
WORK = {"description": "Work", "quantity": 2, "unit_price": 50}


@pytest.fixture
async def opportunity(store: Store) -> Opportunity:
    return await do(store, create_opportunity, draft(Opportunity, name="Work", prospect=PROSPECT, lines=[WORK]))


async def offered(store: Store, opportunity: Opportunity, **fields: Any) -> Quote:
    quote = await do(store, create_quote, draft(Quote, name="Work", opportunity_id=opportunity.id, **fields))
    return await do(store, activate_quote, quote.id)


async def test_an_accepted_quote_names_its_order_which_is_what_was_offered(
    store: Store, opportunity: Opportunity
) -> None:
    desk = await do(store, products.create_product, draft(Product, sku="D-1", name="Desk", list_price=Decimal(250)))
    await do(store, products.activate_product, desk.id)
    quote = await offered(store, opportunity, lines=[{"product_id": desk.id, "quantity": 1}], discount={"amount": 5})
    await do(store, products.retire_product, desk.id)

    accepted = await do(store, accept_quote, quote.id)

    order = await read(store, Order, accepted.order_id or "")
    assert (order.quote_id, order.opportunity_id, order.standing) == (quote.id, opportunity.id, "new")
    assert (order.net_amount, order.priced) == (Decimal(245), quote.priced)
    assert [event.type for event in await announced(store, order)] == ["sales.order.created"]
    assert (await read(store, Opportunity, opportunity.id)).state == "won"


async def test_of_many_who_accept_a_quote_at_once_one_makes_the_order(
    store: Store, other: Store, opportunity: Opportunity
) -> None:
    quote = await offered(store, opportunity)
    copies = [store, other] * 10

    answers = await asyncio.gather(*(do(copy, accept_quote, quote.id) for copy in copies), return_exceptions=True)

    accepted = [answer for answer in answers if isinstance(answer, Quote)]
    refused = [answer for answer in answers if isinstance(answer, MoveRefused)]
    assert (len(accepted), len(refused)) == (1, 19)
    assert [order.id for order in await all_of(store, Order)] == [accepted[0].order_id]
    won = await read(store, Opportunity, opportunity.id)
    assert (won.state, won.version) == ("won", 2)


async def test_a_sale_whose_order_stands_is_not_reopened(store: Store, opportunity: Opportunity) -> None:
    accepted = await do(store, accept_quote, (await offered(store, opportunity)).id)
    with pytest.raises(OpportunityHasOrder) as refused:
        await do(store, reopen_opportunity, opportunity.id, ReopenOpportunity())

    await do(store, cancel_order, accepted.order_id)
    reopened = await do(store, reopen_opportunity, opportunity.id, ReopenOpportunity())

    assert refused.value.extra["order_id"] == accepted.order_id
    assert (reopened.state, reopened.actual_value) == ("open", None)


async def test_quotes_and_order_are_for_the_customer_that_their_prospect_becomes(
    store: Store, opportunity: Opportunity
) -> None:
    await do(store, revise_quote, (await offered(store, opportunity)).id)
    (revision,) = [quote for quote in await all_of(store, Quote) if quote.revision == 2]
    await do(store, activate_quote, revision.id)
    accepted = await do(store, accept_quote, revision.id)
    order = await read(store, Order, accepted.order_id or "")
    with pytest.raises(OrderWithoutCustomer):
        await do(store, submit_order, order.id)

    won = await announced(store, await read(store, Opportunity, opportunity.id))
    await deliver(store, convert_prospect, won[-1])

    (account,), (contact,) = await all_of(store, Account), await all_of(store, Contact)
    known = await read(store, Order, order.id)
    assert known.customer is not None
    assert known.customer.id == account.id
    for document in (*await all_of(store, Quote), known):
        assert (document.customer, document.contact_id, document.prospect) == (known.customer, contact.id, None)
    assert (await do(store, submit_order, order.id)).state == "submitted"


async def test_an_order_is_submitted_for_the_customer_whom_its_opportunity_has_by_then(
    store: Store, opportunity: Opportunity
) -> None:
    order = await do(store, create_order, draft(Order, name="Work", opportunity_id=opportunity.id))

    async def name_customer(work: UnitOfWork) -> None:
        current = await work.get(Opportunity, opportunity.id)
        work.save(current.evolve(customer={"collection": "accounts", "id": "account-1", "name": "Acme"}))

    await do(store, name_customer)

    submitted = await do(store, submit_order, order.id)

    assert submitted.customer is not None
    assert submitted.customer.name == "Acme"


async def test_a_submitted_order_follows_its_customer_into_a_merge(store: Store) -> None:
    await add(store, Account(id="kept", name="Acme"), Account(id="gone", name="Acme Inc."))
    customer = {"collection": "accounts", "id": "gone", "name": "Acme Inc."}
    order = await do(store, create_order, draft(Order, name="Work", customer=customer, lines=[WORK]))
    await do(store, submit_order, order.id)

    merged = await do(store, merge_records, MERGING, "kept", ["gone"])
    await following_merges(()).handle(store, (await announced(store, merged))[-1:])

    moved = (await read(store, Order, order.id)).customer
    assert moved is not None
    assert (moved.id, moved.name) == ("kept", "Acme")
