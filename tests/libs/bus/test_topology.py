"""The names and bindings of exchanges and queues."""

from __future__ import annotations

import pytest

from libs.bus.memory import matches
from libs.bus.settings import BusSettings
from libs.bus.topology import Binding, Exchange, broadcast_queue, consumer_queue, foundations, tier_name


def test_all_services_share_the_events_and_their_alternate() -> None:
    shared = foundations("sales", BusSettings()).common
    assert shared is not None
    assert [(exchange.name, exchange.kind, exchange.alternate) for exchange in shared.exchanges] == [
        ("crm.unrouted", "fanout", None),
        ("crm.events", "topic", "crm.unrouted"),
    ]
    assert [queue.name for queue in shared.queues] == ["crm.unrouted"]


def test_a_service_declares_the_way_to_its_queues_its_tiers_and_its_dead_letters() -> None:
    topology = foundations("sales", BusSettings())
    assert topology.exchanges[0] == Exchange("sales.door", "direct")
    assert {queue.name: queue.delay_ms for queue in topology.queues} == {
        "sales.dead": None,
        "sales.retry.1s": 1_000,
        "sales.retry.5s": 5_000,
        "sales.retry.30s": 30_000,
        "sales.retry.2m": 120_000,
        "sales.retry.10m": 600_000,
    }


def test_the_mark_of_a_service_says_that_its_consumers_have_their_queues() -> None:
    queue = consumer_queue("sales", "conversion", ["sales.lead.qualified"], BusSettings())
    topology = foundations("sales", BusSettings(audience=("sales", "journal")), [queue])
    assert queue in topology.queues
    assert topology.mark is not None
    assert topology.mark.name == "sales.listens"
    assert topology.awaits == ("sales.listens", "journal.listens")


def test_a_consumers_queue_is_bound_to_its_types_and_gives_up_to_the_dead_letters() -> None:
    queue = consumer_queue("sales", "conversion", ["sales.lead.qualified"], BusSettings())
    assert queue.name == "sales.conversion"
    assert queue.bindings == (Binding("crm.events", "sales.lead.qualified"), Binding("sales.door", "sales.conversion"))
    assert (queue.delivery_limit, queue.dead_letters_to, queue.leaves_by) == (20, "sales.dead", "sales.door")


def test_a_broadcast_has_a_queue_for_each_copy() -> None:
    assert broadcast_queue("sales", "revoked", ["identity.#"], BusSettings()).exclusive


@pytest.mark.parametrize(("seconds", "name"), [(0.1, "0.1s"), (1, "1s"), (30, "30s"), (90, "90s"), (120, "2m")])
def test_a_tier_is_named_by_its_delay(seconds: float, name: str) -> None:
    assert tier_name("sales", seconds) == f"sales.retry.{name}"


@pytest.mark.parametrize(
    ("pattern", "key", "routes"),
    [
        ("sales.lead.qualified", "sales.lead.qualified", True),
        ("sales.lead.qualified", "sales.lead.created", False),
        ("sales.*.created", "sales.lead.created", True),
        ("sales.*", "sales.lead.created", False),
        ("sales.#", "sales", True),
        ("sales.#", "sales.lead.created", True),
        ("#.created", "sales.lead.created", True),
        ("#", "anything.at.all", True),
        ("*.*", "one", False),
    ],
)
def test_patterns_are_those_of_topic_exchanges(pattern: str, key: str, *, routes: bool) -> None:
    assert matches(pattern, key) == routes
