"""What administrators do with roles."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.identity.administering import require_administrator
from services.identity.roles import model
from services.identity.roles.model import Role

_CHANGE_ROLES = "change what roles allow"


async def create_role(work: UnitOfWork, draft: Draft) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    role = Role.drafted(draft, id=work.new_id())
    model.require_sound(role)
    return work.add(role)


async def change_role(work: UnitOfWork, current: Role, wanted: Role) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(model.change(current, wanted))


async def deactivate_role(work: UnitOfWork, role_id: str) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(*model.deactivate(await work.get_target(Role, role_id)))


async def activate_role(work: UnitOfWork, role_id: str) -> Role:
    require_administrator(work, _CHANGE_ROLES)
    return work.save(*model.activate(await work.get_target(Role, role_id)))
