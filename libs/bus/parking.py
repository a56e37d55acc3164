"""Messages that could not be handled, kept for an operator to look at, replay or discard."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from libs.bus.broker import Broker, NotConfirmed, Unroutable
from libs.bus.message import ATTEMPTS, Message
from libs.bus.topology import DEFAULT_EXCHANGE, queue_name
from libs.domain.refusals import NotFound, Refusal, Unavailable
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.ids import new_id
from libs.store.store import Store
from libs.telemetry.redaction import scrub

COLLECTION: Final = "parked"

LONGEST_REPLAY: Final = timedelta(days=90)
"""The inbox remembers for longer than this what was handled; after it a replay could repeat an effect."""


class Reason(StrEnum):
    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    INVALID = "invalid"
    EXHAUSTED = "exhausted"
    KILLED_THE_PROCESS = "killed_the_process"
    DEAD_LETTERED = "dead_lettered"


class ReplayTooOld(Refusal):
    code = "replay_too_old"


class ConsumerGone(Refusal):
    code = "consumer_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One parked message. `attempts` counts retry tiers; `error` and `trace` are free of secrets and personal data."""

    id: str
    consumer: str
    event_id: str
    type: str
    reason: Reason
    attempts: int
    error: str | None
    trace: str | None
    parked_at: datetime
    body: bytes
    headers: Mapping[str, str | int]

    @property
    def message(self) -> Message:
        """As it is replayed: with all its retries before it."""
        headers = {name: value for name, value in self.headers.items() if name != ATTEMPTS}
        return Message(self.event_id, self.type, self.body, headers)


class Parking:
    """The parked messages of one service. Ids begin with the service's name."""

    def __init__(self, store: Store, broker: Broker) -> None:
        self._service = store.service
        self._parked = store.collection(COLLECTION)
        self._broker = broker

    async def park(self, consumer: str, message: Message, reason: Reason, error: BaseException | None = None) -> None:
        """Keeps a message; parking it once more replaces what was known, also while a replay of it is under way."""
        parked = {
            "consumer": consumer,
            "event_id": message.id,
            "type": message.type,
            "reason": reason,
            "attempts": message.attempts,
            "error": _summary(error),
            "trace": _trace(error),
            "parked_at": utc_now(),
            "body": message.body,
            "headers": [[name, value] for name, value in message.headers.items()],
            "replay": None,
        }
        key = {"_id": f"{self._service}-{message.id}-{consumer}"}
        await self._parked.update_one(key, {"$set": parked}, upsert=True)

    @answering()
    async def list(self, *, limit: int = 50, after: str | None = None) -> list[Parked]:
        """Oldest event first; `after` is the id that the page before ended with."""
        query = {"_id": {"$gt": after}} if after else {}
        documents = await self._parked.find(query).sort("_id", 1).to_list(limit)
        return [_parked(document) for document in documents]

    @answering()
    async def get(self, id: str) -> Parked:
        """Raises `NotFound`."""
        document = await self._parked.find_one({"_id": id})
        if document is None:
            raise NotFound(f"nothing is parked as {id}")
        return _parked(document)

    @answering()
    async def count(self) -> int:
        return await self._parked.estimated_document_count()

    @answering()
    async def replay(self, id: str) -> None:
        """Sends a message to its queue once more, under the same event id, and forgets it once the broker has it.

        Raises `NotFound`, `ReplayTooOld`, `ConsumerGone` or `Unavailable`.
        """
        parked = await self.get(id)
        if utc_now() - parked.parked_at > LONGEST_REPLAY:
            raise ReplayTooOld(f"parked more than {LONGEST_REPLAY.days} days ago")
        ticket = new_id()
        await self._parked.update_one({"_id": id}, {"$set": {"replay": ticket}})
        try:
            queue = queue_name(self._service, parked.consumer)
            await self._broker.publish(parked.message, exchange=DEFAULT_EXCHANGE, key=queue)
        except Unroutable as error:
            raise ConsumerGone(f"{parked.consumer} has no queue") from error
        except NotConfirmed as error:
            raise Unavailable("the broker did not confirm the replay") from error
        # Parked again meanwhile, it has lost its ticket, and stays.
        await self._parked.delete_one({"_id": id, "replay": ticket})

    @answering()
    async def discard(self, id: str) -> None:
        """Forgets a message for good; raises `NotFound`."""
        if not (await self._parked.delete_one({"_id": id})).deleted_count:
            raise NotFound(f"nothing is parked as {id}")


def _parked(document: Mapping[str, Any]) -> Parked:
    return Parked(
        id=document["_id"],
        consumer=document["consumer"],
        event_id=document["event_id"],
        type=document["type"],
        reason=Reason(document["reason"]),
        attempts=document["attempts"],
        error=document["error"],
        trace=document["trace"],
        parked_at=document["parked_at"],
        body=document["body"],
        headers=dict(document["headers"]),
    )


def _summary(error: BaseException | None) -> str | None:
    return None if error is None else scrub(f"{type(error).__name__}: {error}")


def _trace(error: BaseException | None) -> str | None:
    """Where it happened: files, lines and functions, without the values that a message may carry."""
    if error is None:
        return None
    return "".join(traceback.format_tb(error.__traceback__))
