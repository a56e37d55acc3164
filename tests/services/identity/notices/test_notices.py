"""Who owns a webhook is told by mail when it is switched off by itself."""

from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.jobs.jobs import JOBS, JobState
from libs.store.ids import new_id
from tests.services.identity.running import Identity
from tests.support.events import envelope
from tests.support.mailbox import Mailbox
from tests.support.publishing import publish
from tests.support.waiting import eventually


@pytest.fixture
async def owner(writing: Identity) -> dict[str, Any]:
    admin = await writing.admin()
    user = await writing.user(admin, "administrator")
    _, patched = await writing.request(
        "PATCH", f"/api/v1/users/{user['id']}", {"email": "ana@example.org"}, token=admin
    )
    return dict(patched)


def disabled(owner_id: str | None, *, reason: str = "failing", error: str | None = "answered 500") -> Envelope:
    record = {"name": "Warehouse", "state": "inactive", "types": ["sales.#"], "owner_id": owner_id}
    return envelope("journal.webhook.disabled", "webhooks", record, reason=reason, error=error)


async def outcome_of(identity: Identity, count: int = 1) -> list[str]:
    """What became of the notices, once all are done with."""

    async def done() -> list[str]:
        jobs = await identity.store.collection(JOBS).find({"state": JobState.SUCCEEDED}).to_list(None)
        return [each["result"]["outcome"] for each in jobs] if len(jobs) == count else []

    return await eventually(done)


async def test_the_owner_is_told_which_webhook_and_why(
    writing: Identity, mailbox: Mailbox, owner: dict[str, Any], amqp_url: str
) -> None:
    event = disabled(owner["id"])
    await publish(amqp_url, event)

    mail = await mailbox.first()
    text = mail.get_content()

    assert (mail["To"], mail["Subject"]) == ("ana@example.org", "Your webhook was switched off")
    assert mail["Message-ID"] == f"<{event.id}@tandem>"
    assert owner["name"] in text
    assert "“Warehouse”" in text
    assert "its receiver has failed for a day" in text
    assert "The last attempt: answered 500." in text
    assert f"https://crm.example/api/v1/webhooks/{event.record_id}" in text
    assert await outcome_of(writing) == ["sent"]


async def test_an_event_that_comes_twice_is_told_once(
    writing: Identity, mailbox: Mailbox, owner: dict[str, Any], amqp_url: str
) -> None:
    event, other = disabled(owner["id"]), disabled(owner["id"], reason="gone", error=None)
    for each in (event, event, other):
        await publish(amqp_url, each)

    assert await outcome_of(writing, 2) == ["sent", "sent"]
    assert sorted(mail["Message-ID"] for mail in mailbox.mails) == sorted(
        f"<{each.id}@tandem>" for each in (event, other)
    )


async def test_a_mail_server_that_does_not_take_it_is_asked_again(
    writing: Identity, mailbox: Mailbox, owner: dict[str, Any], amqp_url: str
) -> None:
    mailbox.refusing = True
    await publish(amqp_url, disabled(owner["id"]))

    async def refused() -> int:
        return mailbox.refused

    await eventually(refused)
    mailbox.refusing = False

    await mailbox.first()
    assert await outcome_of(writing) == ["sent"]


@pytest.mark.parametrize("whose", ["nobody_known", "without_address"])
async def test_where_nobody_can_be_written_to_nothing_fails(
    writing: Identity, mailbox: Mailbox, amqp_url: str, whose: str
) -> None:
    unreachable = await writing.user(await writing.admin(), "administrator")
    await publish(amqp_url, disabled(new_id() if whose == "nobody_known" else unreachable["id"]))

    assert await outcome_of(writing) == ["nobody_to_tell"]
    assert mailbox.mails == []
