"""What people do with contacts."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.consents import model as consents
from services.sales.contacts import model
from services.sales.contacts.model import Contact


async def create_contact(work: UnitOfWork, draft: Draft) -> Contact:
    contact = model.named(Contact.drafted(draft, id=work.new_id()))
    return work.add(consents.noted(None, contact, at=work.now, by=work.context.actor_id))


async def change_contact(work: UnitOfWork, current: Contact, wanted: Contact) -> Contact:
    settled = await settle_contact(work, current, wanted)
    contact = consents.noted(current.consent, settled, at=work.now, by=work.context.actor_id)
    return work.save(contact, *consents.announced(current, contact))


async def settle_contact(_: UnitOfWork, __: Contact, wanted: Contact) -> Contact:
    """The contact as it may be saved."""
    return model.named(wanted)
