"""Copies of the sales service on one database: what each does with commands and with others' events."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from libs.bus.definitions import Consumer
from libs.contracts.campaign_responses import CampaignResponseConversionRequested
from libs.contracts.envelope import Envelope
from libs.domain.grants import Grants
from libs.domain.record import Draft, Record, draft_of
from libs.domain.sharing import Principal
from libs.store.context import Context
from libs.store.inbox import guarded
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.app import SALES
from tests.support.events import envelope
from tests.support.waiting import PATIENCE

T = TypeVar("T")
R = TypeVar("R", bound=Record)

USER = Context(actor_id="user-1", via="ui")


class Staff:
    """Three people, of whom two are the team `north`."""

    def __init__(self) -> None:
        self.away: set[str] = set()

    async def principal(self, id_: str) -> Principal | None:
        return Principal.TEAM if id_ == "north" else Principal.USER if self.is_active(id_) else None

    def is_active(self, user_id: str) -> bool:
        return user_id in {"user-1", "user-2", "user-3"} - self.away

    def members(self, team_id: str) -> frozenset[str]:
        return frozenset({"user-2", "user-3"}) if team_id == "north" else frozenset()

    def user_called(self, username: str) -> str | None:
        return username if self.is_active(username) else None

    def grants_of_user(self, user_id: str) -> Grants:
        return Grants(user_id)


async def open_copy(mongo_url: str, database: str) -> Store:
    store = await Store.open(mongo_url, database, service="sales", records=SALES.all_records(), seconds=PATIENCE)
    store.figures, store.people = SALES.figures, Staff()
    return store


async def do(store: Store, command: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Runs a command as a signed-in person would."""
    return await store.run(lambda work: command(work, *arguments), USER)


async def deliver(store: Store, consumer: Consumer, event: Envelope) -> None:
    """Hands an event to a consumer as the bus does."""
    classes = {topic.type: topic for topic in consumer.topics if not isinstance(topic, str)}

    async def handle(work: UnitOfWork) -> None:
        await consumer.handle(work, classes[event.type].received(event))

    await guarded(store, consumer.name, event, handle, makes=consumer.makes)


async def read(store: Store, record_type: type[R], record_id: str) -> R:
    async def command(work: UnitOfWork) -> R:
        return await work.get(record_type, record_id)

    return await store.run(command, USER)


async def all_of(store: Store, record_type: type[R]) -> list[R]:
    async def command(work: UnitOfWork) -> list[R]:
        return await work.find(record_type, {}, limit=1000)

    return await store.run(command, USER)


async def add(store: Store, *records: Record) -> None:
    async def command(work: UnitOfWork) -> None:
        for record in records:
            work.add(record)

    await store.run(command, USER)


async def announced(store: Store, record: Record) -> list[Envelope]:
    """What waits to be published about a record, oldest first."""
    document = await store.collection(record.collection).find_one({"_id": record.id}, {"_outbox": 1})
    waiting = document.get("_outbox", []) if document else []
    return [Envelope.from_json(each["body"]) for each in waiting]


def draft(record_type: type[Record], **fields: object) -> Draft:
    return draft_of(record_type).model_validate(fields, strict=False)


def response(
    customer: Mapping[str, object] | None, *, verb: str = "created", subject: str = "Credit card", **fields: Any
) -> Envelope:
    """A campaign response as the activity service announces it: interested, unless said otherwise."""
    record = {
        "type": "campaign_response",
        "subject": subject,
        "state": "completed",
        "priority": "normal",
        "created_at": "2026-11-01T09:00:00Z",
        "campaign_id": "campaign-1",
        "channel": "email",
        "response": "interested",
        "customer": customer,
        **fields,
    }
    return envelope(f"activity.campaign_response.{verb}", "activities", record)


def asked(to: str, customer: Mapping[str, object] | None, *, contact_id: str | None = None, **fields: Any) -> Envelope:
    """That a response is to become something."""
    told = response(customer, **{"response": "not_interested", "id": "r-1", "conversion": to, **fields})
    data = {**told.data, "to": to, "contact_id": contact_id}
    return replace(told, type=CampaignResponseConversionRequested.type, data=data)
