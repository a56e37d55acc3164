"""What people do with tax codes."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.tax_codes import model
from services.sales.tax_codes.model import TaxCode


async def create_tax_code(work: UnitOfWork, draft: Draft) -> TaxCode:
    return work.add(model.require_sound(TaxCode.drafted(draft, id=work.new_id())))


async def change_tax_code(work: UnitOfWork, _: TaxCode, wanted: TaxCode) -> TaxCode:
    return work.save(model.require_sound(wanted))
