"""Finding out from whom and to whom a letter goes."""

from libs.contracts.values import Reference
from libs.domain.grants import hidden_fields
from libs.domain.refusals import Forbidden
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.company_profiles.model import CompanyProfile
from services.sales.contacts.model import Contact
from services.sales.printing.model import Addressed, Letter, NothingPriced, Recipient, SenderUnknown, names_of


async def address(work: UnitOfWork, letter: Letter) -> Addressed:
    """Raises `NothingPriced`, `SenderUnknown`, or `Forbidden` where parts of the document are kept from the caller."""
    if hidden_fields(work.context.grants, letter.document.collection):
        raise Forbidden("your roles hide parts of this document")
    if letter.document.priced is None:
        raise NothingPriced
    sender = await work.first(CompanyProfile, {"state": "active"})
    if sender is None:
        raise SenderUnknown
    return Addressed(letter, sender, await _recipient(work, letter, sender))


async def _recipient(work: UnitOfWork, letter: Letter, sender: CompanyProfile) -> Recipient:
    """The document's own address goes before that of the customer, as does the language of a person who is named."""
    document, prospect = letter.document, letter.prospect
    customer = await _customer(work, document.customer)
    person = await work.look_up(Contact, document.contact_id) if document.contact_id else None
    known = [each for each in (person, customer) if each is not None]
    names = [document.customer.name if document.customer else None, person.full_name if person else None]
    addresses = [document.billing_address, *(each.address for each in reversed(known))]
    emails = [each.email for each in known]
    if prospect is not None:
        names += names_of(prospect)
        addresses.append(prospect.address)
        emails.append(prospect.email)
    return Recipient(
        names=tuple(dict.fromkeys(name for name in names if name)),
        address=next((each for each in addresses if each is not None), None),
        email=next((each for each in emails if each is not None), None),
        language=next((each.language for each in known if each.language), sender.language),
    )


async def _customer(work: UnitOfWork, customer: Reference | None) -> Account | Contact | None:
    if customer is None:
        return None
    if customer.collection == Contact.collection:
        return await work.look_up(Contact, customer.id)
    return await work.look_up(Account, customer.id)
