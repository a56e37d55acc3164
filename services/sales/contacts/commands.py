"""What people do with contacts."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.contacts import model
from services.sales.contacts.model import Contact


async def create_contact(work: UnitOfWork, draft: Draft) -> Contact:
    return work.add(model.named(Contact.drafted(draft, id=work.new_id())))


async def change_contact(work: UnitOfWork, current: Contact, wanted: Contact) -> Contact:
    return work.save(await settle_contact(work, current, wanted))


async def settle_contact(_: UnitOfWork, __: Contact, wanted: Contact) -> Contact:
    """The contact as it may be saved."""
    return model.named(wanted)
