"""How goals lie under one another, and what was won for each.

What was won is summed up when it is asked for, from the opportunities themselves: by the index of what ended when, so
that it costs as much as a period has sales. A counter would have to follow each sale that is reopened, removed,
restored or divided otherwise.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from libs.contracts.sales import OpportunityState
from libs.domain.refusals import InvalidFields
from libs.store.errors import answering
from libs.store.mongo import Document, with_decimals
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.currencies.model import Currency, converted
from services.sales.goals.model import MOST_GOALS, MOST_LEVELS, Goal, Metric, Won
from services.sales.opportunities.model import WHOLE, Opportunity

Tree: TypeAlias = Mapping[str, Sequence[Goal]]
"""The goals under each goal that has some, by its id."""

_TREE: Final = ("goals", "parents")
_AT_ONCE: Final = 8
_SPLITS: Final = {"$ifNull": ["$splits", []]}


@dataclass(frozen=True, slots=True)
class Sum:
    """What was won on one day in one currency; `count` and `value` are of whole sales, or of the shares in them."""

    day: date
    currency: str
    count: Decimal
    value: Decimal


async def alone_with_goals(work: UnitOfWork) -> None:
    """Lets one command at a time put goals under one another: two at once could close a circle that neither sees."""
    await work.take_turn(*_TREE)


async def ancestors(work: UnitOfWork, goal_id: str) -> list[Goal]:
    """The goal and those above it, nearest first; no more than there may be, and one."""
    found: list[Goal] = []
    next_id: str | None = goal_id
    while next_id is not None and len(found) <= MOST_LEVELS:
        goal = await work.look_up(Goal, next_id)
        if goal is None:
            break
        found.append(goal)
        next_id = goal.parent_goal_id
    return found


async def children(work: UnitOfWork, goal_ids: Collection[str]) -> list[Goal]:
    return await work.find(Goal, {"parent_goal_id": {"$in": sorted(goal_ids)}}, limit=MOST_GOALS + 1)


async def tree(work: UnitOfWork, goal: Goal) -> Tree:
    """What lies under a goal, level by level; raises `InvalidFields` where that is too much to add up."""
    below: dict[str, list[Goal]] = {}
    level: list[Goal] = [goal]
    count = 1
    while level and count <= MOST_GOALS:
        level = await children(work, [each.id for each in level])
        count += len(level)
        for each in level:
            below.setdefault(str(each.parent_goal_id), []).append(each)
    if count > MOST_GOALS:
        raise InvalidFields.at("/", "too_many_goals", f"at most {MOST_GOALS} goals add up")
    return below


async def won(store: Store, goals: Sequence[tuple[Goal, frozenset[str] | None]]) -> dict[str, list[Sum]]:
    """For each goal and those whose sales it counts: what they won, by day and currency."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def each(goal: Goal, owners: frozenset[str] | None) -> list[Sum]:
        async with turns, answering():
            cursor = store.collection(Opportunity.collection).aggregate(_pipeline(goal, owners))
            return [_sum(group) for group in with_decimals(await cursor.to_list(None))]

    found = await asyncio.gather(*(each(goal, owners) for goal, owners in goals))
    return {goal.id: sums for (goal, _), sums in zip(goals, found, strict=True)}


def _pipeline(goal: Goal, owners: frozenset[str] | None) -> list[Document]:
    begin = datetime.combine(goal.starts_on, time(), UTC)
    end = datetime.combine(goal.ends_on, time(), UTC) + timedelta(days=1)
    wanted: Document = {"state": OpportunityState.WON, "closed_at": {"$gte": begin, "$lt": end}, "_deleted": None}
    share: object = WHOLE
    if owners is not None:
        among = {"$in": sorted(owners)}
        wanted["$or"] = [{"splits.user_id": among}, {"splits.0": {"$exists": False}, "owner_id": among}]
        theirs = {"$filter": {"input": _SPLITS, "cond": {"$in": ["$$this.user_id", sorted(owners)]}}}
        share = {"$cond": [{"$eq": [{"$size": _SPLITS}, 0]}, WHOLE, {"$sum": _percents(theirs)}]}
    day = {"$dateToString": {"date": "$closed_at", "format": "%Y-%m-%d"}}
    value = {"$multiply": [{"$ifNull": ["$actual_value", 0]}, "$share"]}
    return [
        {"$match": wanted},
        {"$set": {"share": share}},
        {
            "$group": {
                "_id": {"day": day, "currency": "$currency"},
                "count": {"$sum": "$share"},
                "value": {"$sum": value},
            }
        },
    ]


def _percents(splits: Document) -> Document:
    return {"$map": {"input": splits, "in": "$$this.percent"}}


def _sum(group: Document) -> Sum:
    day, currency = date.fromisoformat(group["_id"]["day"]), group["_id"]["currency"]
    return Sum(day, currency, Decimal(group["count"]) / WHOLE, Decimal(group["value"]) / WHOLE)


def summed(goal: Goal, sums: Sequence[Sum], currencies: Mapping[str, Currency]) -> Won:
    """All of it, by the rates of the day on which each sale was won."""
    if goal.metric is Metric.WON_COUNT:
        return Won(amount=sum((each.count for each in sums), Decimal(0)))
    together = Won()
    for each in sums:
        amount = converted(each.value, each.currency, goal.currency, currencies, on=each.day)
        together += Won(unconverted={each.currency: each.value}) if amount is None else Won(amount=amount)
    return together
