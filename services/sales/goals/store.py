"""How goals lie under one another, and what counts for each.

That is summed up when it is asked for, from the opportunities and invoices themselves: by the indexes of what was won,
issued or paid when, so that it costs as much as a period has of it. A counter would have to follow each sale that is
reopened, removed, restored or divided otherwise.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
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
from services.sales.credit_notes.model import CreditNote
from services.sales.currencies.model import Currency, converted
from services.sales.goals.model import MOST_GOALS, MOST_LEVELS, Goal, Metric, Reached
from services.sales.invoices.model import Invoice
from services.sales.opportunities.model import WHOLE, Opportunity
from services.sales.pipelines.model import ForecastCategory

Tree: TypeAlias = Mapping[str, Sequence[Goal]]
"""The goals under each goal that has some, by its id."""

_TREE: Final = ("goals", "parents")
_AT_ONCE: Final = 8
_ONE: Final = {"$literal": 1}
_SPLITS: Final = {"$ifNull": ["$splits", []]}
_BY_DAY: Final[Document] = {"$group": {"_id": {"day": "$day", "currency": "$currency"}, "value": {"$sum": "$value"}}}


Owners: TypeAlias = frozenset[str] | None
"""Whose sales and invoices count; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What counts on one day in one currency: an amount, or how many of whole sales and shares in them."""

    day: date
    currency: str
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


Counting: TypeAlias = Callable[[Goal, Owners], tuple[str, list[Document]]]


async def sums(store: Store, goals: Sequence[tuple[Goal, Owners]]) -> dict[str, list[Sum]]:
    """For each goal and everybody who counts for it, what they have reached, by day and currency."""
    return await _sums(store, goals, _counting)


async def chances(store: Store, goals: Sequence[tuple[Goal, Owners]]) -> dict[str, list[Sum]]:
    """For each goal, what is open and to be closed in its time, by its probability."""
    return await _sums(store, goals, _likely)


async def _sums(store: Store, goals: Sequence[tuple[Goal, Owners]], counting: Counting) -> dict[str, list[Sum]]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def each(goal: Goal, owners: Owners) -> list[Sum]:
        collection, pipeline = counting(goal, owners)
        async with turns, answering():
            cursor = store.collection(collection).aggregate([*pipeline, _BY_DAY])
            return [_sum(group) for group in with_decimals(await cursor.to_list(None))]

    found = await asyncio.gather(*(each(goal, owners) for goal, owners in goals))
    return {goal.id: counted for (goal, _), counted in zip(goals, found, strict=True)}


def _counting(goal: Goal, owners: Owners) -> tuple[str, list[Document]]:
    """The collection where what counts is found, and the stages that make of it documents with a `day`, a `currency`
    and a `value`.
    """
    match goal.metric:
        case Metric.WON_VALUE | Metric.WON_COUNT:
            return Opportunity.collection, _won(goal, owners)
        case Metric.INVOICED_VALUE:
            return Invoice.collection, _invoiced(goal, owners)
        case Metric.PAID_VALUE:
            return Invoice.collection, _paid(goal, owners)


def _won(goal: Goal, owners: Owners) -> list[Document]:
    theirs, share = _shared(owners)
    won: Document = {"state": OpportunityState.WON, "closed_at": _period(goal), "_deleted": None, **theirs}
    value = share if goal.metric is Metric.WON_COUNT else {"$multiply": [{"$ifNull": ["$actual_value", 0]}, share]}
    return [{"$match": won}, _counted("$closed_at", value)]


def _likely(goal: Goal, owners: Owners) -> tuple[str, list[Document]]:
    """What is left out of forecasts is left out here."""
    theirs, share = _shared(owners)
    to_close: Document = {
        "state": OpportunityState.OPEN,
        "close_date": _days(goal),
        "forecast_category": {"$ne": ForecastCategory.OMITTED},
        "_deleted": None,
        **theirs,
    }
    value = 1 if goal.metric is Metric.WON_COUNT else {"$ifNull": ["$estimated_value", 0]}
    likely = {"$divide": [{"$multiply": [value, "$probability", share]}, WHOLE]}
    by_day: Document = {"$project": {"day": "$close_date", "currency": 1, "value": likely}}
    return Opportunity.collection, [{"$match": to_close}, by_day]


def _shared(owners: Owners) -> tuple[Document, object]:
    """Which opportunities are theirs, and how much of each."""
    if owners is None:
        return {}, _ONE
    among = {"$in": sorted(owners)}
    wanted: Document = {"$or": [{"splits.user_id": among}, {"splits.0": {"$exists": False}, "owner_id": among}]}
    theirs = {"$filter": {"input": _SPLITS, "cond": {"$in": ["$$this.user_id", sorted(owners)]}}}
    percent = {"$sum": {"$map": {"input": theirs, "in": "$$this.percent"}}}
    return wanted, {"$cond": [{"$eq": [{"$size": _SPLITS}, 0]}, _ONE, {"$divide": [percent, WHOLE]}]}


def _invoiced(goal: Goal, owners: Owners) -> list[Document]:
    """A canceled invoice was issued as well; its credit note takes it back on the day of that."""
    issued: Document = {"issued_at": _period(goal), "_deleted": None, **_owned(owners)}
    credited = [{"$match": issued}, _counted("$issued_at", {"$multiply": ["$net_amount", -1]})]
    return [
        {"$match": issued},
        _counted("$issued_at", "$net_amount"),
        {"$unionWith": {"coll": CreditNote.collection, "pipeline": credited}},
    ]


def _paid(goal: Goal, owners: Owners) -> list[Document]:
    """What was given back counts against it, on its own day; a payment that did not last counts for nothing."""
    given_back = _flow(goal, owners, "refunds", on="refunded_on", sign=-1)
    came = _flow(goal, owners, "payments", on="paid_on", sign=1)
    return [*came, {"$unionWith": {"coll": Invoice.collection, "pipeline": given_back}}]


def _flow(goal: Goal, owners: Owners, member: str, *, on: str, sign: int) -> list[Document]:
    """Amounts of so much of each as is no tax."""
    within = _days(goal)
    before_tax = {"$divide": [{"$multiply": [f"${member}.amount", "$net_amount", sign]}, "$total_amount"]}
    return [
        {"$match": {member: {"$elemMatch": {on: within, "reversal": None}}, "_deleted": None, **_owned(owners)}},
        {"$unwind": f"${member}"},
        {"$match": {f"{member}.{on}": within, f"{member}.reversal": None}},
        {"$project": {"day": f"${member}.{on}", "currency": 1, "value": before_tax}},
    ]


def _days(goal: Goal) -> Document:
    return {"$gte": goal.starts_on.isoformat(), "$lte": goal.ends_on.isoformat()}


def _period(goal: Goal) -> Document:
    begin = datetime.combine(goal.starts_on, time(), UTC)
    return {"$gte": begin, "$lt": datetime.combine(goal.ends_on, time(), UTC) + timedelta(days=1)}


def _owned(owners: Owners) -> Document:
    return {} if owners is None else {"owner_id": {"$in": sorted(owners)}}


def _counted(moment: str, value: object) -> Document:
    day = {"$dateToString": {"date": moment, "format": "%Y-%m-%d"}}
    return {"$project": {"day": day, "currency": 1, "value": value}}


def _sum(group: Document) -> Sum:
    key = group["_id"]
    return Sum(date.fromisoformat(key["day"]), key["currency"], Decimal(group["value"]))


def summed(goal: Goal, counted: Sequence[Sum], currencies: Mapping[str, Currency]) -> Reached:
    """All of it, each amount by the rates of its day."""
    if goal.metric is Metric.WON_COUNT:
        return Reached(amount=sum((each.value for each in counted), Decimal(0)))
    together = Reached()
    for each in counted:
        amount = converted(each.value, each.currency, goal.currency, currencies, on=each.day)
        together += Reached(unconverted={each.currency: each.value}) if amount is None else Reached(amount=amount)
    return together
