"""The roles that every installation has, made and completed at the start."""

from libs.contracts.identity import DefaultRole
from libs.store.context import Context
from libs.store.errors import Duplicate
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.access import ROLES
from services.identity.roles.model import DESCRIPTIONS, Allowed, Role


async def make_default_roles(store: Store) -> None:
    """Adds the roles that are missing, and to those that are there the collections that they do not name yet."""

    async def command(work: UnitOfWork) -> None:
        known = {role.id: role for role in await work.find(Role, {"_id": {"$in": list(DefaultRole)}})}
        for role in DefaultRole:
            _complete(work, role, known.get(role))

    try:
        await store.run(command, Context())
    except Duplicate:  # another copy has just made them
        await store.run(command, Context())


def _complete(work: UnitOfWork, id_: DefaultRole, known: Role | None) -> None:
    named = {collection: Allowed.everywhere(allowed) for collection, allowed in ROLES.get(id_, {}).items()}
    if known is None:
        name = id_.replace("_", " ").capitalize()
        work.add(Role(id=id_.value, name=name, description=DESCRIPTIONS[id_], permissions=named))
    elif named.keys() - known.permissions.keys():
        work.save(known.evolve(permissions={**named, **known.permissions}))
