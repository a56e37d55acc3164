"""What sales managers do with goals, and how far these are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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
    counting = [(leaf, _owners(leaf, work.store.people)) for leaf in leaves]
    sums = await store.sums(work.store, counting)
    chances = await store.chances(work.store, counting) if goal.metric in model.OF_SALES else {}
    codes = {each.currency for found in (*sums.values(), *chances.values()) for each in found} | {goal.currency}
    known = await currencies.by_codes(work, codes)
    reached = {leaf.id: store.summed(leaf, sums[leaf.id], known) for leaf in leaves}
    likely = {leaf.id: store.summed(leaf, chances[leaf.id], known) for leaf in leaves if leaf.id in chances}
    return _measured(goal, Tallies(below, reached, likely), work.now.date())


def _owners(goal: Goal, people: People) -> store.Owners:
    if goal.team_id is not None:
        return people.members(goal.team_id) | {goal.team_id}
    return None if goal.user_id is None else frozenset({goal.user_id})


@dataclass(frozen=True, slots=True)
class Tallies:
    """What counts and what may come for each goal that has none under it, by its id."""

    below: store.Tree
    reached: Mapping[str, Reached]
    likely: Mapping[str, Reached]

    def of(self, goal: Goal, tallies: Mapping[str, Reached]) -> Reached:
        """Of a goal with goals under it what these have."""
        if goal.id not in self.below:
            return tallies[goal.id]
        return sum((self.of(child, tallies) for child in self.below[goal.id]), Reached())


def _measured(goal: Goal, tallies: Tallies, today: date) -> Progress:
    return model.progress(
        goal,
        tallies.of(goal, tallies.reached),
        likely=tallies.of(goal, tallies.likely) if tallies.likely else None,
        today=today,
        children=tuple(_measured(child, tallies, today) for child in tallies.below.get(goal.id, ())),
    )
