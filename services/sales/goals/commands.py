"""What sales managers do with goals, and how far these are."""

from libs.domain.record import Draft
from libs.domain.refusals import NotRestorable
from libs.store.people import People
from libs.store.work import UnitOfWork
from services.sales.currencies import store as currencies
from services.sales.goals import model, store
from services.sales.goals.model import Goal, Progress, Reached


async def create_goal(work: UnitOfWork, draft: Draft) -> Goal:
    goal = model.require_sound(Goal.drafted(draft, id=work.new_id()))
    await _require_place(work, goal)
    return work.add(goal)


async def change_goal(work: UnitOfWork, _: Goal, wanted: Goal) -> Goal:
    model.require_sound(wanted)
    await _require_place(work, wanted)
    for child in await store.children(work, [wanted.id]):
        model.require_under(child, [wanted])
    return work.save(wanted)


async def restore_goal(work: UnitOfWork, goal: Goal) -> Goal:
    if goal.parent_goal_id is not None and await work.look_up(Goal, goal.parent_goal_id) is None:
        raise NotRestorable("the goal above it is not there any more")
    await _require_place(work, goal)
    return work.restore(goal)


async def _require_place(work: UnitOfWork, goal: Goal) -> None:
    """Raises `InvalidFields` where the goal cannot be under its parent."""
    if goal.parent_goal_id is not None:
        await store.alone_with_goals(work)
        if ancestors := await store.ancestors(work, goal.parent_goal_id):
            model.require_under(goal, ancestors)


async def measure_goal(work: UnitOfWork, goal_id: str) -> Progress:
    """How far the goal is, and those under it, today."""
    goal = await work.get(Goal, goal_id)
    below = await store.tree(work, goal)
    leaves = [each for each in (goal, *(child for row in below.values() for child in row)) if each.id not in below]
    sums = await store.sums(work.store, [(leaf, _owners(leaf, work.store.people)) for leaf in leaves])
    codes = {each.currency for found in sums.values() for each in found} | {goal.currency}
    known = await currencies.by_codes(work, codes)
    reached = {leaf.id: store.summed(leaf, sums[leaf.id], known) for leaf in leaves}
    return _measured(goal, below, reached, work)[1]


def _owners(goal: Goal, people: People) -> store.Owners:
    if goal.team_id is not None:
        return people.members(goal.team_id) | {goal.team_id}
    return None if goal.user_id is None else frozenset({goal.user_id})


def _measured(goal: Goal, below: store.Tree, reached: dict[str, Reached], work: UnitOfWork) -> tuple[Reached, Progress]:
    parts = [_measured(child, below, reached, work) for child in below.get(goal.id, ())]
    together = sum((part for part, _ in parts), Reached()) if parts else reached[goal.id]
    children = tuple(progress for _, progress in parts)
    return together, model.progress(goal, together, today=work.now.date(), children=children)
