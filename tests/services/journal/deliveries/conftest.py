"""A journal that sends webhooks to receivers on this machine, quickly."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from libs.domain.directory import UserEntry
from libs.web.requests import DIRECTORY
from libs.web.service import Service
from services.journal.app import journal
from services.journal.deliveries.lanes import Pace
from services.journal.deliveries.model import Patience
from services.journal.deliveries.sender import Outlet
from tests.services.journal.conftest import Announce, Made
from tests.services.journal.reading import listed
from tests.services.journal.receiver import Receiver, receiving
from tests.support.services import Running, delete_queues, running
from tests.support.waiting import PATIENCE, eventually

OUTLET = Outlet(allow_http=True, allow_private=True, answer_within=PATIENCE)
HASTY = Patience(
    first_pause=timedelta(milliseconds=20),
    longest_pause=timedelta(milliseconds=100),
    first_rest=timedelta(milliseconds=20),
    longest_rest=timedelta(milliseconds=100),
)
PACE = Pace(poll_every=0.02, look_every=0.05, patience=HASTY)

Json = dict[str, Any]


@dataclass
class Wire:
    """Events of a test's own kind on their way from the broker to its receiver."""

    journal: Running
    receiver: Receiver
    kind: str
    announce: Announce
    made: Made

    async def subscribe(self, **fields: Any) -> Json:
        """A webhook for these events, with its secret."""
        body = {"name": self.kind, "url": self.receiver.url, "types": [f"{self.kind}.*"], **fields}
        status, webhook = await self.journal.post("/api/v1/webhooks", body)
        assert status == 201, webhook
        return dict(webhook)

    async def happen(self, count: int, *, verb: str = "created") -> list[str]:
        """The ids of so many events that are announced."""
        announced = self.made(count, verb=verb)
        await self.announce(*announced)
        return [each.id for each in announced]

    async def log(self, webhook: Json, *, count: int, state: str = "delivered") -> list[Json]:
        """The log of the webhook in the order of positions, once it holds so many deliveries of a state."""
        path = f"/api/v1/webhooks/{webhook['id']}/deliveries?$orderby=position&$top=1000"

        async def complete() -> list[Json] | None:
            value: list[Json] = (await self.journal.get(path))[1]["value"]
            return value if sum(each["state"] == state for each in value) == count else None

        return await eventually(complete)

    async def act(self, webhook: Json, action: str, body: Json | None = None) -> Json:
        """What the action on the webhook answers."""
        status, answer = await self.journal.post(f"/api/v1/webhooks/{webhook['id']}/{action}", body)
        assert status == 200, answer
        return dict(answer)

    async def read(self, webhook: Json) -> Json:
        return dict((await self.journal.get(f"/api/v1/webhooks/{webhook['id']}"))[1])

    async def told(self, webhook: Json, verb: str) -> Json:
        """The first event of this kind about the webhook."""

        async def first() -> Json | None:
            value = await listed(self.journal, f"subject=webhooks/{webhook['id']}&types=journal.webhook.{verb}")
            return value[0] if value else None

        return await eventually(first)


async def employ(journal: Running, user_id: str, *roles: str) -> None:
    """Makes somebody known who has these roles from now on."""
    people = journal.identities.people
    people.users[:] = [user for user in people.users if user.id != user_id]
    people.users.append(UserEntry(id=user_id, version=1, roles=roles))
    await journal.app[DIRECTORY].reload()


def sending(name: str) -> Service:
    return replace(journal(OUTLET, PACE), name=name)


@pytest.fixture(scope="module")
async def events(mongo_url: str, amqp_url: str, shared_database: str, name: str) -> AsyncIterator[Running]:
    async with running(sending(name), mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        await employ(service, "user-1", "administrator")
        yield service
    await delete_queues(service.app, amqp_url)


@pytest.fixture(scope="module")
async def second(
    events: Running, mongo_url: str, amqp_url: str, shared_database: str, name: str
) -> AsyncIterator[Running]:
    async with running(sending(name), mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        await employ(service, "user-1", "administrator")
        yield service


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


@pytest.fixture
def wire(events: Running, receiver: Receiver, kind: str, announce: Announce, made: Made) -> Wire:
    return Wire(events, receiver, kind, announce, made)
