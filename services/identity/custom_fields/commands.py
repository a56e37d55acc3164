"""What administrators do with custom fields."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.identity.administering import require_administrator
from services.identity.custom_fields import model
from services.identity.custom_fields.model import CustomField

_DEFINE_FIELDS = "define fields"


async def create_field(work: UnitOfWork, draft: Draft) -> CustomField:
    require_administrator(work, _DEFINE_FIELDS)
    return work.add(model.require_sound(CustomField.drafted(draft, id=work.new_id())))


async def change_field(work: UnitOfWork, _: CustomField, wanted: CustomField) -> CustomField:
    require_administrator(work, _DEFINE_FIELDS)
    return work.save(model.require_sound(wanted))


async def deactivate_field(work: UnitOfWork, field_id: str) -> CustomField:
    require_administrator(work, _DEFINE_FIELDS)
    return work.save(*model.deactivate(await work.get_target(CustomField, field_id)))


async def activate_field(work: UnitOfWork, field_id: str) -> CustomField:
    require_administrator(work, _DEFINE_FIELDS)
    return work.save(*model.activate(await work.get_target(CustomField, field_id)))
