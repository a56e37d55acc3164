"""What a service was asked to do for a privacy request, and its answer."""

from functools import cache
from types import new_class
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict

from libs.contracts.event import Event
from libs.contracts.privacy import Found, Person, PrivacyStep, PrivacyTaskSnapshot, reported
from libs.domain.fields import GUARDED, INDEXED, LISTED
from libs.domain.personal import Personal
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork

ORDERS: Final = "privacy_orders"
"""What is to be done now, one for each request; gone with the answer."""


class PrivacyTask(Record, collection="privacy_tasks"):
    """What the service has done in one round of a request."""

    personal = Personal(texts=("person",))

    request_id: Annotated[str, GUARDED, INDEXED]
    step: Annotated[PrivacyStep, GUARDED, LISTED]
    round: Annotated[int, GUARDED, LISTED]
    found: Annotated[tuple[Found, ...], GUARDED] = ()
    person: Annotated[Person | None, GUARDED] = None
    error: Annotated[str | None, GUARDED] = None


@cache
def task_of(service: str) -> type[PrivacyTask]:
    """The record class of one service's answers."""
    aggregate = {"collection": PrivacyTask.collection, "aggregate": f"{service}.privacy_task"}
    made: type[PrivacyTask] = new_class("PrivacyTask", (PrivacyTask,), aggregate)
    return made


@cache
def _reported(service: str) -> Event[PrivacyTaskSnapshot]:
    return reported(service)()


class Order(BaseModel):
    """One round of a step, with the person as they are known so far."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    request_id: str
    owner_id: str | None
    step: PrivacyStep
    round: int
    person: Person

    @property
    def task_id(self) -> str:
        return f"{self.request_id}-{self.round}"

    def document(self) -> Document:
        return {"_id": self.request_id, **self.model_dump()}


async def find_order(store: Store, request_id: str) -> Order | None:
    async with answering():
        found = await store.collection(ORDERS).find_one({"_id": request_id})
    return None if found is None else Order.model_validate(found)


async def report(work: UnitOfWork, order: Order, answer: PrivacyTask) -> None:
    """The answer, once however often it is given; the order is done with."""
    if await work.first(type(answer), {"_id": answer.id}) is None:
        work.add(answer, _reported(work.store.service))
    work.drop(ORDERS, order.request_id)
