"""What administrators do with types of activity, and what activities ask of them."""

from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.activity.activity_types.model import ActivityType


async def create_type(work: UnitOfWork, draft: Draft) -> ActivityType:
    return work.add(ActivityType.drafted(draft, id=work.new_id()).sound())


async def change_type(work: UnitOfWork, _: ActivityType, wanted: ActivityType) -> ActivityType:
    return work.save(wanted.sound())


async def remove_type(work: UnitOfWork, activity_type: ActivityType) -> ActivityType:
    activity_type.require_unused()
    return work.remove(activity_type)


async def find_type(work: UnitOfWork, name: str) -> ActivityType:
    """Raises `InvalidFields` where there is no type of this name."""
    found = await work.first(ActivityType, {"name": name})
    if found is None:
        raise InvalidFields.at("/activity_type", "unknown_type", f"there is no activity type {name}")
    return found


async def use_type(work: UnitOfWork, name: str) -> ActivityType:
    """The type of a new activity. The first one marks it, so that it is not removed at the same time."""
    found = await find_type(work, name)
    found.require_open()
    return found if found.used else work.save(found.evolve(used=True))
