"""What a webhook is sent is what its owner may see now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.directory import RoleEntry
from libs.web.executing import STORE
from services.journal.webhooks.store import find
from tests.services.journal.deliveries.conftest import Wire, employ
from tests.services.journal.receiver import Receiver
from tests.support.events import envelope
from tests.support.waiting import eventually

ROLE: dict[str, Any] = {
    "id": "integrator",
    "version": 1,
    "permissions": {"leads": {"read": "own"}, "webhooks": dict.fromkeys(("create", "read", "write"), "all")},
    "fields": {"leads": {"email": "hidden"}},
}


@pytest.fixture
async def integrator(wire: Wire) -> AsyncIterator[str]:
    """The role of the user who makes webhooks here."""
    wire.journal.identities.people.roles.append(RoleEntry.model_validate(ROLE))
    await employ(wire.journal, "user-1", "integrator")
    yield "integrator"
    await employ(wire.journal, "user-1", "administrator")


def lead(kind: str, owner: str) -> Envelope:
    record = {"owner_id": owner, "topic": "Loan", "email": "ana@example.org"}
    changed = {name: {"before": None, "after": record[name]} for name in ("topic", "email")}
    return envelope(f"{kind}.lead.updated", "leads", record, changed=changed)


async def test_it_is_sent_what_its_owner_may_see_without_hidden_fields(
    wire: Wire, receiver: Receiver, integrator: str
) -> None:
    webhook = await wire.subscribe()
    mine, others = lead(wire.kind, "user-1"), lead(wire.kind, "user-2")

    await wire.announce(others, mine)
    await wire.log(webhook, count=1)

    [heard] = receiver.heard
    assert heard.event["id"] == mine.id
    assert heard.event["data"]["record"]["topic"] == "Loan"
    assert "ana@example.org" not in heard.body.decode()


async def test_what_was_given_away_is_not_sent_again(wire: Wire, receiver: Receiver, integrator: str) -> None:
    webhook = await wire.subscribe()
    mine = lead(wire.kind, "user-1")
    await wire.announce(mine)
    [row] = await wire.log(webhook, count=1)
    given = envelope(f"{wire.kind}.lead.assigned", "leads", {**mine.record, "owner_id": "user-2"}, sequence=2)
    follows = lead(wire.kind, "user-1")
    await wire.announce(given, follows)
    await wire.log(webhook, count=2)

    await wire.act(webhook, "redeliver", {"delivery_id": row["id"]})
    [failed] = [each for each in await wire.log(webhook, count=1, state="failed") if each["state"] == "failed"]

    assert receiver.ids == [mine.id, follows.id]
    assert failed["attempts"][-1]["error"] == "the owner of the webhook may not see the record"


async def test_whose_owner_may_have_no_webhooks_any_more_is_switched_off(wire: Wire, integrator: str) -> None:
    webhook = await wire.subscribe()
    await employ(wire.journal, "user-1", "salesperson")

    await wire.happen(1)
    await eventually(lambda: _is_off(wire, webhook["id"]))
    await employ(wire.journal, "user-1", "administrator")

    assert (await wire.told(webhook, "disabled"))["data"]["reason"] == "owner_not_allowed"


async def test_whoever_sends_it_elsewhere_becomes_its_owner(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    path = f"/api/v1/webhooks/{webhook['id']}"
    headers = {"Authorization": f"Bearer {wire.journal.identities.token('administrator', user_id='user-2')}"}

    _, renamed = await wire.journal.patch(path, {"name": "Other"}, headers=headers)
    _, moved = await wire.journal.patch(path, {"url": f"{receiver.url}/2"}, headers=headers)

    assert (webhook["owner_id"], renamed["owner_id"], moved["owner_id"]) == ("user-1", "user-1", "user-2")


async def _is_off(wire: Wire, webhook_id: str) -> bool:
    webhook = await find(wire.journal.app[STORE], webhook_id)
    return webhook is not None and webhook.state == "inactive"
