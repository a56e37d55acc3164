"""What people do with contacts."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.contacts import model
from services.sales.contacts.model import Contact


async def create_contact(work: UnitOfWork, draft: Draft) -> Contact:
    return work.add(model.named(Contact.drafted(draft, id=work.new_id())))


async def change_contact(work: UnitOfWork, _: Contact, wanted: Contact) -> Contact:
    return work.save(model.named(wanted))
