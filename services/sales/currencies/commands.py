"""What people do with currencies."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.currencies import model
from services.sales.currencies.model import Currency


async def create_currency(work: UnitOfWork, draft: Draft) -> Currency:
    return work.add(model.require_sound(Currency.drafted(draft, id=work.new_id())))


async def change_currency(work: UnitOfWork, _: Currency, wanted: Currency) -> Currency:
    return work.save(model.require_sound(wanted))
