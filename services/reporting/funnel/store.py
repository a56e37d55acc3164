"""The rows of the funnel and their sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.grants import Grants, Operation, row_filter
from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.mongo import with_decimals
from libs.store.projecting import forget_older, newest, newness, upsert_newest
from libs.store.reach import access_of, query_of_each
from libs.store.store import Document, Store
from services.reporting.funnel.model import STAGES, rate, row_of

COLLECTION: Final = "funnel_rows"
INDEXES: Final = (Index(("campaign_id", "day", "stage")), Index(("day", "stage")))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows count, and whether they are told apart by `campaign`, by `day`, or both."""

    campaign_id: str | None = None
    since: str | None = None
    until: str | None = None
    by: tuple[str, ...] = ("campaign",)

    def query(self) -> Document:
        query: Document = {"gone": False}
        if self.campaign_id is not None:
            query["campaign_id"] = self.campaign_id
        days = {operator: day for operator, day in (("$gte", self.since), ("$lte", self.until)) if day}
        return {**query, "day": days} if days else query


async def keep_rows(store: Store, envelopes: Sequence[Envelope]) -> None:
    rows: dict[str, tuple[int, Document]] = {
        subject: (newness(event), {**row_of(event)._asdict(), **access_of(event.record)})
        for subject, event in newest(envelopes).items()
    }
    await upsert_newest(store.collection(COLLECTION), rows)


async def forget_rows(store: Store, restored: RestoredService) -> None:
    """Of a service that was set back, what it does not have any more."""
    await forget_older(store.collection(COLLECTION), restored, {"gone": True})


async def sums(store: Store, selection: Selection, grants: Grants) -> list[dict[str, Any]]:
    """One entry for each campaign or day: how many got how far, and what it brought, by currency.

    Of the records that the caller may see.
    """
    keys = {"campaign_id": "$campaign_id"} if "campaign" in selection.by else {}
    keys |= {"day": "$day"} if "day" in selection.by else {}
    pipeline: list[Document] = [
        {"$match": {**selection.query(), **_seen(grants)}},
        {
            "$group": {
                "_id": {**keys, "stage": "$stage", "currency": "$currency"},
                "count": {"$sum": 1},
                "interested": {"$sum": {"$cond": ["$interested", 1, 0]}},
                "won": {"$sum": {"$cond": ["$won", 1, 0]}},
                "value": {"$sum": "$value"},
            }
        },
    ]
    async with answering():
        groups = await store.collection(COLLECTION).aggregate(pipeline).to_list(None)
    return _entries(with_decimals(groups), tuple(keys))


def _seen(grants: Grants) -> Document:
    reached = {stage: row_filter(grants, collection, Operation.READ) for collection, stage in STAGES.items()}
    return query_of_each(reached, told_by="stage")


def _entries(groups: Iterable[Document], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    entries: dict[tuple[str, ...], dict[str, Any]] = {}
    for group in groups:
        key = tuple(group["_id"].get(name) or "" for name in keys)
        entry = entries.setdefault(key, _blank(dict(zip(keys, (group["_id"].get(name) for name in keys), strict=True))))
        _add(entry, group)
    ordered = [entries[key] for key in sorted(entries)]
    for entry in ordered:
        entry["lead_rate"] = rate(entry["leads"], entry["responses"])
        entry["win_rate"] = rate(entry["won"], entry["opportunities"])
    return ordered


def _blank(keys: dict[str, Any]) -> dict[str, Any]:
    counts = dict.fromkeys(("responses", "interested", "leads", "opportunities", "won"), 0)
    return {**keys, **counts, "won_value": []}


def _add(entry: dict[str, Any], group: Document) -> None:
    match group["_id"]["stage"]:
        case "response":
            entry["responses"] += group["count"]
            entry["interested"] += group["interested"]
        case "lead":
            entry["leads"] += group["count"]
        case _:
            entry["opportunities"] += group["count"]
            entry["won"] += group["won"]
            if group["won"]:
                entry["won_value"].append({"currency": group["_id"].get("currency"), "amount": Decimal(group["value"])})
