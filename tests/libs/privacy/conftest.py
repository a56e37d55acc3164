"""A service with guests, on the real database, that is told to erase one of them."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest

from libs.contracts.privacy import Person, PrivacyStep
from libs.contracts.values import Moment
from libs.domain.attachments import Attachment
from libs.domain.fields import GUARDED, INDEXED, Line
from libs.domain.people import Email
from libs.domain.personal import Personal, Retention
from libs.domain.record import Record
from libs.jobs.jobs import Job, begin
from libs.jobs.scheduler import INDEXES
from libs.privacy import erasing
from libs.privacy.privacy import Privacy, PrivacyJob
from libs.privacy.tasks import ORDERS, Order, task_of
from libs.store.attached import RecordFiles
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.support.waiting import PATIENCE


class Guest(Record, collection="guests", aggregate="sales.guest"):
    claiming = True
    personal = Personal(
        cleared=("full_name", "email", "attachments"),
        texts=("note", "tags"),
        kept=("house",),
        emails=("email",),
        names=("full_name",),
        retention=Retention(since="billed_at", years=10),
    )

    full_name: Line | None = None
    email: Annotated[Email | None, INDEXED] = None
    note: Line | None = None
    house: Line = "Hotel Quill"
    billed_at: Moment | None = None
    attachments: Annotated[tuple[Attachment, ...], GUARDED] = ()


GUEST_FILES = RecordFiles(Guest.collection, "guest_files")

MIRA = Person(
    emails=("mira.quill@example.org",), phones=("+49 30 123456",), phone_keys=("+4930123456",), names=("Mira Quill",)
)


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(
        mongo_url, database_name, service="sales", records=[Guest, task_of("sales")], indexes=INDEXES, seconds=PATIENCE
    )
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def _nobody_else_has_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no other copy of the service for which an erasure would wait."""
    monkeypatch.setattr(erasing, "HEARD_WITHIN", 0.0)


@pytest.fixture
def privacy() -> Privacy:
    return Privacy((), ["import_errors"], None, [GUEST_FILES])


async def told_to(store: Store, privacy: Privacy, person: Person, *, step: PrivacyStep = PrivacyStep.ERASE) -> Job:
    """The job of a step, which is an erasure unless another is named."""

    async def command(work: UnitOfWork) -> Job:
        order = Order(request_id="request-1", owner_id="ada", step=step, round=3, person=person)
        work.overwrite(ORDERS, order.document())
        return begin(work, privacy.kind, PrivacyJob(request_id="request-1", round=3))

    return await store.run(command, Context(actor_id="ada"))


async def add_guests(store: Store, *guests: Guest) -> None:
    for guest in guests:

        async def command(work: UnitOfWork, guest: Guest = guest) -> None:
            work.add(guest)

        await store.run(command, Context(actor_id="ada"))
