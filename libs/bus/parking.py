"""Messages that could not be handled, kept for an operator to look at, replay or discard."""

import traceback
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

from libs.bus.broker import Broker, NotConfirmed, Unroutable
from libs.bus.definitions import Screen, unscreened
from libs.bus.message import ATTEMPTS, Message
from libs.bus.topology import door_name, queue_name
from libs.contracts.envelope import Envelope, MalformedEvent
from libs.domain.refusals import NotFound, Refusal, Unavailable
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.ids import new_id
from libs.store.listing import find_page
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Store
from libs.telemetry.redaction import summary_of

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


class ParkedMessage(BaseModel):
    """What an operator sees of it: `attempts` counts retry tiers; `error` and `trace` are free of personal data."""

    model_config = ConfigDict(frozen=True)

    id: str
    consumer: str
    event_id: str
    type: str
    reason: Reason
    attempts: int
    error: str | None
    trace: str | None
    parked_at: datetime

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls.model_validate({**document, "id": document["_id"]})


class Parked(ParkedMessage):
    """A parked message with all that it takes to send it again."""

    body: bytes
    headers: Annotated[Mapping[str, str | int], BeforeValidator(dict)]

    @property
    def message(self) -> Message:
        """As it is replayed: with all its retries before it."""
        headers = {name: value for name, value in self.headers.items() if name != ATTEMPTS}
        return Message(self.event_id, self.type, self.body, headers)


QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=True, searchable=False, choices=choices)
    for name, kind, choices in (
        ("id", FieldKind.ID, ()),
        ("consumer", FieldKind.TEXT, ()),
        ("event_id", FieldKind.ID, ()),
        ("type", FieldKind.TEXT, ()),
        ("reason", FieldKind.CHOICE, tuple(Reason)),
        ("attempts", FieldKind.NUMBER, ()),
        ("parked_at", FieldKind.DATETIME, ()),
    )
}


class Parking:
    """The parked messages of one service. Ids begin with the service's name."""

    def __init__(self, store: Store, broker: Broker, screen: Screen = unscreened) -> None:
        self._service = store.service
        self._parked = store.collection(COLLECTION)
        self._broker = broker
        self._screen = screen

    async def park(self, consumer: str, message: Message, reason: Reason, error: BaseException | None = None) -> None:
        """Keeps a message; parking it once more replaces what was known, also while a replay of it is under way."""
        parked = {
            "consumer": consumer,
            "event_id": message.id,
            "type": message.type,
            "reason": reason,
            "attempts": message.attempts,
            "error": None if error is None else summary_of(error),
            "trace": _trace(error),
            "parked_at": utc_now(),
            "body": await self._screened(message.body),
            "headers": [[name, value] for name, value in message.headers.items()],
            "replay": None,
        }
        key = {"_id": f"{self._service}-{message.id}-{consumer}"}
        await self._parked.update_one(key, {"$set": parked}, upsert=True)

    async def _screened(self, body: bytes) -> bytes:
        """The body as it may be kept; what is no event stays as it came, so that people see what is wrong with it."""
        try:
            envelope = Envelope.from_json(body)
        except MalformedEvent:
            return body
        (screened,) = await self._screen([envelope])
        return body if screened is envelope else screened.to_json()

    async def page(self, query: ListQuery) -> tuple[list[ParkedMessage], int | None]:
        """One more than the page holds, if there are more, and the count of the whole list where it was asked for.

        In the order of their ids they are in that of their events.
        """
        found, count = await find_page(self._parked, query, {}, without=("body", "headers"))
        return [ParkedMessage.of(document) for document in found], count

    @answering()
    async def get(self, id: str) -> Parked:
        """Raises `NotFound`."""
        document = await self._parked.find_one({"_id": id})
        if document is None:
            raise NotFound(f"nothing is parked as {id}")
        return Parked.of(document)

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
            await self._broker.publish(parked.message, exchange=door_name(self._service), key=queue)
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


def _trace(error: BaseException | None) -> str | None:
    """Where it happened: files, lines and functions, without the values that a message may carry."""
    if error is None:
        return None
    return "".join(traceback.format_tb(error.__traceback__))
