"""What people, and merges, do with relationships."""

from contextlib import suppress

from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields, NotRestorable
from libs.store.moving import restore_led
from libs.store.work import UnitOfWork
from services.sales.relationships import model, store
from services.sales.relationships.model import Relationship, RelationshipExists


async def create_relationship(work: UnitOfWork, draft: Draft) -> Relationship:
    return work.add(await _settled(work, Relationship.drafted(draft, id=work.new_id())))


async def change_relationship(work: UnitOfWork, _: Relationship, wanted: Relationship) -> Relationship:
    return work.save(await _settled(work, wanted))


async def restore_relationship(work: UnitOfWork, relationship: Relationship) -> Relationship:
    return work.restore(await _settled(work, relationship))


async def _settled(work: UnitOfWork, relationship: Relationship) -> Relationship:
    """The relationship as it may be saved."""
    settled = model.settled(relationship)
    model.require_new(settled, await store.between(work, settled))
    return settled


async def follow_merge(work: UnitOfWork, relationship_id: str) -> None:
    """A relationship of which a merge has made both ends one is dropped, and comes back once they are two again, unless
    another one says the same by then.
    """
    relationship, removed = await work.get_whole(Relationship, relationship_id)
    if not removed and model.joins_itself(relationship):
        work.remove(relationship)
    elif removed:
        with suppress(InvalidFields, NotRestorable, RelationshipExists):
            dropped = await work.get_removed(Relationship, relationship_id)
            await restore_led(work, dropped, restore_relationship)
