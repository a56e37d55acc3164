"""Finding out from whom and to whom a letter goes."""

from libs.domain.grants import hidden_fields
from libs.domain.refusals import Forbidden
from libs.store.work import UnitOfWork
from services.sales.company_profiles.model import CompanyProfile
from services.sales.company_profiles.store import profile_in_use
from services.sales.customer_documents.commands import parties
from services.sales.printing.model import (
    Addressed,
    Letter,
    NothingPriced,
    Recipient,
    SenderUnknown,
    names_of,
)


async def address(work: UnitOfWork, letter: Letter) -> Addressed:
    """Raises `NothingPriced`, `SenderUnknown`, or `Forbidden` where parts of the document are kept from the caller."""
    require_seen_whole(work, letter.document.collection)
    if letter.document.priced is None:
        raise NothingPriced
    sender = await profile_in_use(work)
    if sender is None:
        raise SenderUnknown
    return await as_sent(work, letter, sender)


def require_seen_whole(work: UnitOfWork, collection: str) -> None:
    """Raises `Forbidden` where parts of such documents are kept from the caller."""
    if hidden_fields(work.context.grants, collection):
        raise Forbidden("your roles hide parts of this document")


async def as_sent(work: UnitOfWork, letter: Letter, sender: CompanyProfile) -> Addressed:
    return Addressed(letter, sender, await _recipient(work, letter, sender))


async def _recipient(work: UnitOfWork, letter: Letter, sender: CompanyProfile) -> Recipient:
    """The document's own address goes before that of the customer, as does the language of a person who is named."""
    document, prospect = letter.document, letter.prospect
    found = await parties(work, document, prospect)
    names = [document.customer.name if document.customer else None, found.person.full_name if found.person else None]
    known = [each for each in (found.person, found.customer) if each is not None]
    emails = [each.email for each in known]
    if prospect is not None:
        names += names_of(prospect)
        emails.append(prospect.email)
    return Recipient(
        names=tuple(dict.fromkeys(name for name in names if name)),
        address=document.billing_address or found.billed_at,
        email=next((each for each in emails if each is not None), None),
        language=next((each.language for each in known if each.language), sender.language),
    )
