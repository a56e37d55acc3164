"""Webhooks over HTTP: made, tried, repeated and taken over, by administrators."""

from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from libs.store.clock import utc_now
from libs.web.executing import STORE
from services.journal.deliveries import store as deliveries
from tests.services.journal.deliveries.conftest import Wire
from tests.services.journal.receiver import Receiver
from tests.support.waiting import eventually


async def test_the_secret_is_shown_once(wire: Wire) -> None:
    webhook = await wire.subscribe()

    assert webhook["secret"].startswith("whsec_")
    shown = await wire.read(webhook)
    listed = (await wire.journal.get(f"/api/v1/webhooks?$filter=id eq '{webhook['id']}'"))[1]["value"]
    told = await wire.told(webhook, "created")
    assert shown == listed[0] == {name: value for name, value in webhook.items() if name != "secret"}
    assert webhook["secret"] not in str(told)


async def test_a_new_secret_signs_beside_the_old_one(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    changed = await wire.act(webhook, "rotate_secret")

    await wire.happen(1)
    await wire.log(webhook, count=1)

    [heard] = receiver.heard
    for secret in (webhook["secret"], changed["secret"]):
        assert Verifier(secret).verify(heard.body, dict(heard.headers))
    assert webhook["secret"] != changed["secret"]


async def test_a_ping_goes_to_its_webhook_alone(wire: Wire, receiver: Receiver) -> None:
    webhook, other = await wire.subscribe(), await wire.subscribe(types=["#"])

    await wire.act(webhook, "ping")
    await wire.log(webhook, count=1)
    await wire.happen(1)
    rows = await wire.log(webhook, count=2)

    assert [row["type"] for row in rows] == ["journal.webhook.pinged", f"{wire.kind}.lead.created"]
    assert rows[0]["subject"] == f"webhooks/{webhook['id']}"
    await wire.act(other, "deactivate")
    log = (await wire.journal.get(f"/api/v1/webhooks/{other['id']}/deliveries?$top=1000"))[1]["value"]
    assert "journal.webhook.pinged" not in {row["type"] for row in log}


async def test_one_delivery_is_repeated_under_the_same_id(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    await wire.happen(2)
    first, _ = await wire.log(webhook, count=2)

    answer = await wire.act(webhook, "redeliver", {"delivery_id": first["id"]})
    await eventually(lambda: _heard(receiver, 3))

    assert (answer["after"], answer["upto"]) == (first["position"] - 1, first["position"])
    assert receiver.ids[2] == first["event_id"]
    row, _ = await wire.log(webhook, count=2)
    assert (row["tries"], len(row["attempts"])) == (2, 2)


async def test_all_since_a_position_is_repeated_also_what_was_missed(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    announced = await wire.happen(3)
    first, *_ = await wire.log(webhook, count=3)
    await wire.act(webhook, "deactivate")
    announced += await wire.happen(2)
    await eventually(lambda: _kept(wire, 5))
    await wire.act(webhook, "activate")

    await wire.act(webhook, "redeliver", {"after": first["position"]})
    rows = await wire.log(webhook, count=5)
    await eventually(lambda: _heard(receiver, 7))

    assert sorted(row["event_id"] for row in rows) == sorted(announced)
    assert receiver.ids.count(first["event_id"]) == 1
    assert [row["tries"] for row in rows] == [1, 2, 2, 1, 1]


async def test_all_since_a_time_is_repeated(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    before = await wire.happen(2)
    await wire.log(webhook, count=2)
    since = utc_now()
    after = await wire.happen(3)
    await wire.log(webhook, count=5)

    await wire.act(webhook, "redeliver", {"since": since.isoformat()})
    await eventually(lambda: _heard(receiver, 8))

    await wire.log(webhook, count=5)
    assert sorted(receiver.ids[5:]) == sorted(after)
    assert not set(before) & set(receiver.ids[5:])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/delivery_id"),
        ({"after": 1, "since": "2026-11-22T00:00:00Z"}, "/delivery_id"),
        ({"after": -1}, "/after"),
        ({"after": 10**12}, "/after"),
        ({"since": "yesterday"}, "/since"),
    ],
)
async def test_what_cannot_be_repeated_is_refused(wire: Wire, body: dict[str, Any], pointer: str) -> None:
    webhook = await wire.subscribe()

    status, problem = await wire.journal.post(f"/api/v1/webhooks/{webhook['id']}/redeliver", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_a_delivery_of_another_webhook_is_not_found(wire: Wire) -> None:
    one, other = await wire.subscribe(), await wire.subscribe()
    await wire.happen(1)
    [row] = await wire.log(one, count=1)

    path = f"/api/v1/webhooks/{other['id']}/redeliver"
    assert (await wire.journal.post(path, {"delivery_id": row["id"]}))[0] == 404


async def test_an_inactive_webhook_is_neither_tried_nor_repeated(wire: Wire) -> None:
    webhook = await wire.subscribe()
    await wire.act(webhook, "deactivate")

    for action, body in (("ping", None), ("redeliver", {"after": 0})):
        status, problem = await wire.journal.post(f"/api/v1/webhooks/{webhook['id']}/{action}", body)
        assert (status, problem["code"]) == (409, "webhook_inactive")


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "ftp://example.org"), ("types", ["a..b"]), ("filter", "value ge"), ("filter", "tags/any(t: t eq 'x')")],
)
async def test_what_is_wrong_is_named(wire: Wire, field: str, value: Any) -> None:
    webhook = await wire.subscribe()
    body = {"name": "x", "url": wire.receiver.url, "types": ["#"], field: value}

    for status, problem in (
        await wire.journal.post("/api/v1/webhooks", body),
        await wire.journal.patch(f"/api/v1/webhooks/{webhook['id']}", {field: value}),
    ):
        assert status == 422
        assert problem["errors"][0]["pointer"].startswith(f"/{field}")


async def test_a_webhook_is_taken_over_and_not_given_away(wire: Wire) -> None:
    webhook = await wire.subscribe()

    assert (await wire.act(webhook, "assign", {"owner_id": "user-1"}))["owner_id"] == "user-1"
    status, problem = await wire.journal.post(f"/api/v1/webhooks/{webhook['id']}/assign", {"owner_id": "user-2"})
    assert (status, problem["errors"][0]["code"]) == (422, "not_yourself")


@pytest.mark.parametrize("role", ["sales_manager", "marketer", "read_only"])
async def test_webhooks_are_for_administrators(wire: Wire, role: str) -> None:
    webhook = await wire.subscribe()
    one = f"/api/v1/webhooks/{webhook['id']}"
    headers = {"Authorization": f"Bearer {wire.journal.identities.token(role, user_id='user-2')}"}

    for method, path in (
        ("GET", "/api/v1/webhooks"),
        ("POST", "/api/v1/webhooks"),
        ("GET", one),
        ("GET", f"{one}/deliveries"),
        ("POST", f"{one}/rotate_secret"),
        ("POST", f"{one}/redeliver"),
    ):
        assert (await wire.journal.request(method, path, headers=headers))[0] == 403


async def test_the_log_is_listed_newest_first_by_state_and_in_pages(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    await wire.happen(5)
    rows = await wire.log(webhook, count=5)
    path = f"/api/v1/webhooks/{webhook['id']}/deliveries"

    _, page = await wire.journal.get(f"{path}?$top=2&$count=true&$filter=state eq 'delivered'")
    _, rest = await wire.journal.get(page["@odata.nextLink"])

    assert page["@odata.count"] == 5
    assert [row["id"] for row in page["value"] + rest["value"]] == [row["id"] for row in rows[:0:-1]]


async def test_every_question_about_deliveries_uses_an_index(wire: Wire) -> None:
    store = wire.journal.app[STORE]
    for query, sort in (
        ({"webhook_id": "1", "due_at": {"$lte": utc_now()}}, [("due_at", 1)]),
        ({"webhook_id": "1", "due_at": {"$type": "date"}}, [("due_at", 1)]),
        ({"$and": [{"webhook_id": "1"}, {}]}, [("position", -1), ("_id", 1)]),
        ({"$and": [{"webhook_id": "1"}, {"state": "failed"}]}, [("position", -1), ("_id", 1)]),
    ):
        plan = str((await store.explain(deliveries.DELIVERIES, query, sort))["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "COLLSCAN" not in plan


async def _heard(receiver: Receiver, count: int) -> bool:
    return len(receiver.heard) >= count


async def _kept(wire: Wire, count: int) -> bool:
    _, page = await wire.journal.get(f"/api/v1/events?types={wire.kind}.*&$top=1000")
    return len(page["value"]) == count
