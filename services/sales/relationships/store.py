"""How relationships are found: by the two that they join, and by the merges that moved an end."""

from collections.abc import Sequence
from typing import Final

from libs.store.errors import answering
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.relationships.model import Relationship

_MOST_BETWEEN_TWO: Final = 1000


async def between(work: UnitOfWork, relationship: Relationship) -> list[Relationship]:
    """The relationships of these two, either way.

    Commands add to them one at a time: two at once would not see each other.
    """
    one, two = sorted((relationship.party.id, relationship.other.id))
    await work.take_turn(Relationship.collection, f"{one}|{two}")
    ways = [{"party.id": one, "other.id": two}, {"party.id": two, "other.id": one}]
    return await work.find(Relationship, {"$or": ways}, limit=_MOST_BETWEEN_TWO)


async def moved_by(store: Store, subjects: Sequence[str]) -> list[str]:
    """The ids of those that pointed to one of the subjects before a merge, and join a record with itself since; also
    of those in the recycle bin.
    """
    joined = {"$expr": {"$eq": ["$party.id", "$other.id"]}}
    async with answering():
        cursor = store.collection(Relationship.collection).find(
            {"_moved.subjects": {"$in": list(subjects)}, **joined}, {"_id": 1}
        )
        return [row["_id"] for row in await cursor.to_list(None)]
