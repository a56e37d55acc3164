"""Events on their way to receivers that are slow, away for a while, or gone for good."""

from collections import Counter
from datetime import timedelta

from standardwebhooks import Webhook as Verifier

from libs.domain.grants import EVERYTHING, Grants
from libs.store.clock import utc_now
from libs.web.executing import STORE
from services.journal.deliveries.lanes import Lanes
from services.journal.deliveries.sender import Sender
from services.journal.events.tail import Tail
from tests.services.journal.deliveries.conftest import OUTLET, PACE, Wire
from tests.services.journal.reading import listed
from tests.services.journal.receiver import Receiver, receiving
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually


async def test_every_event_of_its_types_is_sent_signed_as_the_feed_shows_it(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()

    await wire.announce(envelope(f"{wire.kind}x.lead.created", "leads", {}))
    await wire.happen(5)
    rows = await wire.log(webhook, count=5)

    feed = {event["id"]: event for event in await listed(wire.journal, f"types={wire.kind}.*")}
    assert {heard.headers["webhook-id"]: heard.event for heard in receiver.heard} == feed
    for heard in receiver.heard:
        assert Verifier(webhook["secret"]).verify(heard.body, dict(heard.headers)) == heard.event
    assert [(row["event_id"], row["position"]) for row in rows] == [(id_, feed[id_]["position"]) for id_ in feed]
    assert all((row["tries"], row["attempts"][0]["status"]) == (1, 204) for row in rows)


async def test_a_filter_chooses_among_the_records(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe(filter="value ge 1000 and customer/id ne null")
    won = f"{wire.kind}.opportunity.won"
    wanted = envelope(won, "opportunities", {"value": 1000.5, "customer": {"id": "1"}})

    await wire.announce(
        envelope(won, "opportunities", {"value": 999, "customer": {"id": "1"}}),
        wanted,
        envelope(won, "opportunities", {"value": 5000, "customer": None}),
    )
    await wire.log(webhook, count=1)

    assert receiver.ids == [wanted.id]


async def test_a_receiver_that_fails_for_a_while_gets_every_event(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    receiver.status, receiver.text = 500, "down for repair"
    announced = await wire.happen(20)
    await eventually(lambda: has_heard(receiver, 12))
    receiver.status = 204
    announced += await wire.happen(10)

    rows = await wire.log(webhook, count=30)

    assert sorted(row["event_id"] for row in rows) == sorted(announced)
    failed = next(attempt for row in rows for attempt in row["attempts"] if attempt["status"] == 500)
    assert failed["response"] == "down for repair"


async def test_two_copies_send_nothing_twice(wire: Wire, second: Running, receiver: Receiver) -> None:
    webhooks = [await wire.subscribe() for _ in range(3)]

    announced = await wire.happen(120)
    for webhook in webhooks:
        await wire.log(webhook, count=120)

    assert Counter(receiver.ids) == dict.fromkeys(announced, 3)


async def test_a_slow_receiver_holds_up_nobody_else(wire: Wire) -> None:
    async with receiving() as slow:
        slow.open.clear()
        held = await wire.subscribe(url=slow.url)
        webhook = await wire.subscribe()

        await wire.happen(40)
        await wire.log(webhook, count=40)
        assert slow.heard == []
        slow.open.set()
        await wire.log(held, count=40)

    assert slow.most_at_once <= PACE.deliveries_at_once


async def test_an_event_that_is_refused_holds_up_no_other(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    refused, *others = wire.made(30)
    receiver.refuses = refused.id

    await wire.announce(refused, *others)
    rows = await wire.log(webhook, count=29)

    [pending] = [row for row in rows if row["state"] == "pending"]
    assert pending["event_id"] == refused.id
    assert pending["due_at"] is not None


async def test_a_change_of_the_webhook_counts_at_once(wire: Wire) -> None:
    webhook = await wire.subscribe()
    await wire.happen(1)
    await wire.log(webhook, count=1)

    await wire.journal.patch(f"/api/v1/webhooks/{webhook['id']}", {"types": [f"{wire.kind}.*.updated"]})
    await wire.happen(3)
    await wire.happen(1, verb="updated")
    rows = await wire.log(webhook, count=2)

    assert [row["type"] for row in rows] == [f"{wire.kind}.lead.created", f"{wire.kind}.lead.updated"]


async def test_nothing_is_sent_to_what_is_inactive_or_removed(wire: Wire) -> None:
    off, gone, webhook = [await wire.subscribe() for _ in range(3)]
    await wire.act(off, "deactivate")
    await wire.journal.delete(f"/api/v1/webhooks/{gone['id']}")

    await wire.happen(2)
    await wire.log(webhook, count=2)
    await wire.act(off, "activate")
    later = await wire.happen(2)
    await wire.log(webhook, count=4)

    assert sorted(row["event_id"] for row in await wire.log(off, count=2)) == sorted(later)
    assert (await wire.journal.get(f"/api/v1/webhooks/{gone['id']}/deliveries"))[0] == 404

    await wire.act(gone, "restore")
    restored = await wire.happen(1)
    assert [row["event_id"] for row in await wire.log(gone, count=1)] == restored


async def test_after_a_day_of_failures_a_webhook_is_switched_off_and_later_goes_on_where_it_was(
    wire: Wire, receiver: Receiver
) -> None:
    webhook = await wire.subscribe()
    receiver.status = 500
    announced = await wire.happen(3)
    await eventually(lambda: has_heard(receiver, 3))

    sender = Sender(OUTLET)

    async def administrator(_: str) -> Grants:
        return EVERYTHING

    store, late = wire.journal.app[STORE], timedelta(days=1)
    tomorrow = Lanes(store, sender, administrator, Tail(), pace=PACE, now=lambda: utc_now() + late)
    tomorrow.start()
    told = (await wire.told(webhook, "disabled"))["data"]
    await tomorrow.stop()
    await sender.close()

    off = await wire.read(webhook)
    assert (off["state"], off["status_reason"], off["version"]) == ("inactive", "failing", 2)
    assert (told["reason"], told["error"]) == ("failing", "answered 500")

    receiver.status = 204
    assert (await wire.act(webhook, "activate"))["status_reason"] is None
    await wire.log(webhook, count=0, state="pending")
    announced += await wire.happen(1)
    await wire.act(webhook, "redeliver", {"since": (utc_now() - timedelta(hours=1)).isoformat()})
    assert sorted(row["event_id"] for row in await wire.log(webhook, count=4)) == sorted(announced)


async def test_a_receiver_that_wants_no_more_is_asked_no_more(wire: Wire, receiver: Receiver) -> None:
    webhook = await wire.subscribe()
    receiver.status = 410

    await wire.happen(1)

    assert (await wire.told(webhook, "disabled"))["data"]["reason"] == "gone"
    assert (await wire.read(webhook))["status_reason"] == "gone"
    assert len(receiver.heard) == 1


async def has_heard(receiver: Receiver, count: int) -> bool:
    return len(receiver.heard) >= count
