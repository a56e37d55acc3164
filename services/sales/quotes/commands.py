"""What people do with quotes."""

from collections.abc import Mapping

from pydantic import BaseModel

from libs.contracts.sales import OpportunityState
from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.domain.record import Draft, Record
from libs.store.work import UnitOfWork
from services.sales.customer_documents import model as customer_documents
from services.sales.customer_documents.commands import addressed
from services.sales.customer_documents.store import opportunity_of
from services.sales.documents import commands as documents
from services.sales.numbering.model import QUOTES
from services.sales.numbering.store import draw_number
from services.sales.opportunities import model as opportunities
from services.sales.orders.commands import take_order
from services.sales.quotes import model
from services.sales.quotes.model import Acceptance, Quote


class DeclineQuote(Value):
    reason: Line | None = None


class RevisedQuote(BaseModel):
    """What revising answers: the quote as it was closed, and its next revision."""

    quote: Quote
    revision: Quote


async def create_quote(work: UnitOfWork, draft: Draft) -> Quote:
    quote = Quote.drafted(draft, id=work.new_id())
    opportunity = await opportunity_of(work, quote)
    if opportunity is not None:
        quote = customer_documents.following(quote, opportunity)
    priced = await documents.price(work, model.require_sound(quote, opportunity))
    return work.add(priced.model_copy(update={"number": await draw_number(work, QUOTES)}))


async def change_quote(work: UnitOfWork, current: Quote, wanted: Quote) -> Quote:
    model.require_editable(current, wanted)
    model.require_sound(wanted, await opportunity_of(work, wanted))
    return work.save(await documents.price_changes(work, current, wanted))


async def activate_quote(work: UnitOfWork, quote_id: str) -> Quote:
    quote, event = model.activate(await work.get_target(Quote, quote_id), at=work.now)
    return work.save(await addressed(work, quote), event)


async def reprice_quote(work: UnitOfWork, quote_id: str) -> Quote:
    repriced, event = model.reprice(await work.get_target(Quote, quote_id))
    return work.save(await documents.price(work, repriced), event)


async def accept_quote(work: UnitOfWork, quote_id: str, acceptance: Acceptance | None = None) -> Quote:
    """In the same transaction it becomes an order, and wins its opportunity for the net amount, unless that is won."""
    quote = await work.get_target(Quote, quote_id)
    accepted, event = model.accept(quote, order_id=work.new_id(), at=work.now)
    accepted = work.save(accepted.evolve(acceptance=acceptance), event)  # its version decides who is first
    opportunity = await opportunity_of(work, accepted)
    if opportunity is not None and opportunity.state is not OpportunityState.WON:
        model.require_sound(accepted, opportunity)
        work.save(*opportunities.win(opportunity, actual_value=accepted.net_amount, at=work.now))
    await take_order(work, accepted)
    return accepted


async def decline_quote(work: UnitOfWork, quote_id: str, request: DeclineQuote) -> Quote:
    quote = await work.get_target(Quote, quote_id)
    return work.save(*model.decline(quote, reason=request.reason, at=work.now))


async def cancel_quote(work: UnitOfWork, quote_id: str) -> Quote:
    return work.save(*model.cancel(await work.get_target(Quote, quote_id), at=work.now))


async def revise_quote(work: UnitOfWork, quote_id: str) -> Mapping[str, Record]:
    """The closed quote and its next revision."""
    quote = await work.get_target(Quote, quote_id)
    closed, event, revision = model.revise(quote, revision_id=work.new_id(), at=work.now)
    return {"quote": work.save(closed, event), "revision": work.add(revision)}
