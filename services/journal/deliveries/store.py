"""Deliveries as a log, and a lane for each webhook: how far it has read the journal, and how its receiver does.

One copy of the service at a time holds a lane. What it enters into the log is named by webhook and position, so that
it is there once, whoever enters it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from libs.contracts.envelope import Envelope
from libs.domain.record import Index
from libs.domain.refusals import NotFound
from libs.store.errors import answering
from libs.store.projecting import insert_missing
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from services.journal.deliveries.model import Attempt, Delivery, DeliveryState, Health
from services.journal.events.store import Kept

DELIVERIES: Final = "webhook_deliveries"
LANES: Final = "webhook_lanes"
KEPT: Final = timedelta(days=30)
MOST_ATTEMPTS_KEPT: Final = 20

INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {
    DELIVERIES: (
        Index(("webhook_id", "due_at")),
        Index(("webhook_id", "position")),
        Index(("webhook_id", "state", "position")),
        Index(("created_at",), expires_after=KEPT),
    ),
    LANES: (Index(("free_at",)), Index(("removed_at",), expires_after=KEPT + timedelta(days=1))),
}

QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=name == "position", searchable=False, choices=choices)
    for name, kind, choices in (
        ("id", FieldKind.ID, ()),
        ("position", FieldKind.NUMBER, ()),
        ("state", FieldKind.CHOICE, tuple(DeliveryState)),
        ("type", FieldKind.TEXT, ()),
        ("event_id", FieldKind.ID, ()),
        ("created_at", FieldKind.DATETIME, ()),
    )
}


@dataclass(frozen=True, slots=True)
class Replay:
    """Events behind `after` up to `upto`, those from `since` on where that is given."""

    after: int
    upto: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """What a holder knows of its lane."""

    position: int
    health: Health
    secrets: tuple[str, ...]
    replay: Replay | None

    @classmethod
    def of(cls, document: Mapping[str, Any], at: datetime) -> "Lane":
        replay = document.get("replay")
        signing = [each["secret"] for each in document["secrets"] if each["until"] is None or at < each["until"]]
        return cls(
            position=document["position"],
            health=Health(document["failures"], document.get("failing_since")),
            secrets=tuple(signing),
            replay=None if replay is None else Replay(**replay),
        )


def open_lane(work: UnitOfWork, webhook_id: str, *, position: int, secret: str) -> None:
    """Makes the lane in the commit that makes the webhook; it begins behind `position`."""
    document = {"_id": webhook_id, "position": position, "secrets": [{"secret": secret, "until": None}]}
    work.put(LANES, {**document, "free_at": work.now, "failures": 0})


def reopen_lane(work: UnitOfWork, webhook_id: str, *, position: int | None) -> None:
    """Begins the lane behind `position`, or where it was, as if its receiver had never failed.

    Whoever holds it loses it.
    """
    begun = {"free_at": work.now, "failures": 0} | ({} if position is None else {"position": position})
    work.amend(
        LANES,
        {"_id": webhook_id},
        {"$set": begun, "$unset": dict.fromkeys(("failing_since", "removed_at", "token"), "")},
    )


async def change_secret(work: UnitOfWork, webhook_id: str, secret: str, *, old_until: datetime) -> None:
    """Signs with `secret` from now on, and until then with the last one as well."""
    lane = await _lane(work.store, webhook_id)
    last = next(each["secret"] for each in lane["secrets"] if each["until"] is None)
    secrets = [{"secret": secret, "until": None}, {"secret": last, "until": old_until}]
    work.amend(LANES, {"_id": webhook_id, "secrets": lane["secrets"]}, {"$set": {"secrets": secrets}})


def replay(work: UnitOfWork, webhook_id: str, replay: Replay) -> None:
    wanted = {"after": replay.after, "upto": replay.upto, "since": replay.since}
    work.amend(LANES, {"_id": webhook_id}, {"$set": {"replay": wanted}, "$min": {"due_at": work.now}})


def redeliver(work: UnitOfWork, delivery: Delivery) -> None:
    """Makes the delivery due now, and for a day to come."""
    own = {"_id": delivery.id, "webhook_id": delivery.webhook_id}
    work.amend(DELIVERIES, own, {"$set": _pending(work.now), "$unset": {"settled_at": ""}})
    work.amend(LANES, {"_id": delivery.webhook_id}, {"$min": {"due_at": work.now}})


def _pending(at: datetime) -> Document:
    return {"state": DeliveryState.PENDING, "due_at": at, "begun_at": at}


async def _lane(store: Store, webhook_id: str) -> Document:
    async with answering():
        lane: Document | None = await store.collection(LANES).find_one({"_id": webhook_id})
    if lane is None:
        raise NotFound(f"no webhook has the id {webhook_id}")
    return lane


# What the holder of a lane does


async def enter(store: Store, webhook_id: str, events: Sequence[Kept], at: datetime, *, again: bool) -> None:
    """Enters deliveries of these events into the log; those there already are made due `again`, or left as they are."""
    rows = [_row(webhook_id, event, at) for event in events]
    deliveries = store.collection(DELIVERIES)
    async with answering():
        await insert_missing(deliveries, rows)
        if again:
            named = {"_id": {"$in": [row["_id"] for row in rows]}}
            await deliveries.update_many(named, {"$set": _pending(at), "$unset": {"settled_at": ""}})


def _row(webhook_id: str, event: Kept, at: datetime) -> Document:
    envelope = Envelope.from_json(event.body)
    return {
        "_id": f"{webhook_id}-{event.position:012}",
        "webhook_id": webhook_id,
        "position": event.position,
        "event_id": envelope.id,
        "type": envelope.type,
        "subject": envelope.subject,
        "tries": 0,
        "attempts": [],
        "created_at": at,
        **_pending(at),
    }


async def due(store: Store, webhook_id: str, at: datetime, *, most: int) -> list[Document]:
    """The deliveries that have waited longest."""
    query = {"webhook_id": webhook_id, "due_at": {"$lte": at}}
    async with answering():
        return await store.collection(DELIVERIES).find(query).sort("due_at", 1).limit(most).to_list(most)


async def next_due(store: Store, webhook_id: str) -> datetime | None:
    query = {"webhook_id": webhook_id, "due_at": {"$type": "date"}}
    async with answering():
        rows = await store.collection(DELIVERIES).find(query, {"due_at": 1}).sort("due_at", 1).limit(1).to_list(1)
    return rows[0]["due_at"] if rows else None


async def note(store: Store, row: Document, attempt: Attempt, *, state: DeliveryState, due_at: datetime | None) -> None:
    """Adds the attempt to the log, unless somebody else has added one meanwhile."""
    kept = {"$each": [attempt.model_dump()], "$slice": -MOST_ATTEMPTS_KEPT}
    update: Document = {"$push": {"attempts": kept}, "$inc": {"tries": 1}}
    if due_at is None:
        update |= {"$set": {"state": state, "settled_at": attempt.at}, "$unset": {"due_at": ""}}
    else:
        update["$set"] = {"due_at": due_at}
    async with answering():
        await store.collection(DELIVERIES).update_one({"_id": row["_id"], "tries": row["tries"]}, update)


async def advance_replay(store: Store, fence: Document, replay: Replay, to: int) -> None:
    """How far it is; left alone where another was asked for meanwhile."""
    same = {"replay.after": replay.after, "replay.upto": replay.upto, "replay.since": replay.since}
    update = {"$set": {"replay.after": to}} if to < replay.upto else {"$unset": {"replay": ""}}
    async with answering():
        await store.collection(LANES).update_one({**fence, **same}, update)


async def wake_at(store: Store, fence: Document, mark: datetime, due_at: datetime | None) -> None:
    """When the lane is to be held next; left alone where it was woken since it was marked."""
    update = {"$unset": {"due_at": ""}} if due_at is None else {"$set": {"due_at": due_at}}
    async with answering():
        await store.collection(LANES).update_one({**fence, "due_at": mark}, update)


# What clients see


async def find(store: Store, webhook_id: str, delivery_id: str) -> Delivery:
    """Raises `NotFound`."""
    async with answering():
        row = await store.collection(DELIVERIES).find_one({"_id": delivery_id, "webhook_id": webhook_id})
    if row is None:
        raise NotFound(f"no delivery has the id {delivery_id}; they are kept for {KEPT.days} days")
    return _delivery(row)


async def page(store: Store, webhook_id: str, query: ListQuery) -> tuple[list[Delivery], int | None]:
    """One more than the page holds, if there are more, and the count of the whole list where it was asked for."""
    deliveries = store.collection(DELIVERIES)
    wanted = {"$and": [{"webhook_id": webhook_id}, query.filter]}
    async with answering():
        cursor = deliveries.find(wanted).sort(list(query.sort)).skip(query.skip)
        rows = await cursor.limit(query.limit).to_list(query.limit)
        count = await deliveries.count_documents(wanted) if query.count else None
    return _deliveries(rows), count


def _deliveries(rows: Iterable[Document]) -> list[Delivery]:
    return [_delivery(row) for row in rows]


def _delivery(row: Document) -> Delivery:
    return Delivery.model_validate({"id": row["_id"], **row})
