"""What is done about a link by who makes it, and on it by who has it."""

from libs.contracts.documents import QuoteLinkMade, QuoteLinkRevoked
from libs.domain.fields import Line
from libs.store.work import UnitOfWork
from services.sales.printing import commands as printing
from services.sales.quote_links import model
from services.sales.quote_links.model import LinkNotValid, Standing
from services.sales.quotes import commands as quotes
from services.sales.quotes.commands import DeclineQuote
from services.sales.quotes.model import Acceptance, Quote


async def make_link(work: UnitOfWork, quote_id: str, days: int) -> Quote:
    """The quote with its new link; any before is of no use from now on. Raises `Forbidden` where parts of the quote,
    which the link shows, are kept from the caller.
    """
    printing.require_seen_whole(work, Quote.collection)
    quote = await work.get_target(Quote, quote_id)
    return work.save(model.make_link(quote, days=days, link_id=work.new_id(), at=work.now), QuoteLinkMade())


async def revoke_link(work: UnitOfWork, quote_id: str) -> Quote:
    quote = await work.get_target(Quote, quote_id)
    return quote if quote.link is None else work.save(quote.evolve(link=None), QuoteLinkRevoked())


async def follow(work: UnitOfWork, token: str, key: bytes) -> Quote:
    """The quote that a link leads to; raises `LinkNotValid` or `LinkExpired`."""
    quote = await work.look_up(Quote, model.quote_id_in(token))
    if quote is None:
        raise LinkNotValid
    model.require_valid(quote, token, key, at=work.now)
    return quote


async def accept(work: UnitOfWork, quote: Quote, acceptance: Acceptance) -> Quote:
    """Accepts the quote as the customer wants; once it is decided otherwise, it stays at that."""
    if model.standing_of(quote, work.now.date()) is not Standing.OPEN:
        return quote
    return await quotes.accept_quote(work, quote.id, acceptance)


async def decline(work: UnitOfWork, quote: Quote, reason: Line | None) -> Quote:
    if model.standing_of(quote, work.now.date()) is not Standing.OPEN:
        return quote
    return await quotes.decline_quote(work, quote.id, DeclineQuote(reason=reason))
