"""What administrators do with roles."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.identity.administering import require_administrator
from services.identity.custom_fields import store as custom_fields
from services.identity.roles import model
from services.identity.roles.model import Role

_CHANGE_ROLES = "change what roles allow"


async def create_role(work: UnitOfWork, draft: Draft) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    role = Role.drafted(draft, id=work.new_id())
    return work.add(model.require_sound(role, await _custom_names(work, role)))


async def change_role(work: UnitOfWork, current: Role, wanted: Role) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(model.change(current, wanted, await _custom_names(work, wanted)))


async def _custom_names(work: UnitOfWork, role: Role) -> model.CustomNames:
    """Those custom fields that the role names."""
    return {name: await custom_fields.names_among(work, name, fields) for name, fields in role.fields.items()}


async def deactivate_role(work: UnitOfWork, role_id: str) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(*model.deactivate(await work.get_target(Role, role_id)))


async def activate_role(work: UnitOfWork, role_id: str) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(*model.activate(await work.get_target(Role, role_id)))
