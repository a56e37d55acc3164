"""What `tandem status` makes of what the services tell."""

from typing import Any

from libs.cli.status import tables

SALES: dict[str, Any] = {
    "service": "sales",
    "epoch": 2,
    "health": {"ready": True, "checks": {"mongodb": "ok"}},
    "queues": [
        {"name": "sales.lead_intake", "messages": 0, "consumers": 1},
        {"name": "sales.customer_conversion", "messages": 7, "consumers": 0},
        {"name": "sales.retry.30s", "messages": 0, "consumers": 0},
        {"name": "crm.unrouted", "messages": 0, "consumers": 0},
        {"name": "sales.dead", "messages": 0, "consumers": 1},
    ],
    "outbox": {"waiting": 3, "oldest_seconds": 1.25},
    "parked": 0,
    "timers_aside": 1,
    "leases": [{"name": "sweeper", "holder": None, "token": 4, "expires_at": "2026-11-01T10:00:00Z"}],
    "jobs": [{"id": "sales-1", "kind": "import", "state": "running", "done": 5, "total": None}],
    "projections": [{"projection": "copies", "pending": 2, "seconds": 0.5, "last_event_at": None}],
    "notes": {},
}
AWAY: dict[str, Any] = {"service": "journal", "notes": {"service": "does not answer"}}


def shown(*states: dict[str, Any]) -> dict[str, list[tuple[str, ...]]]:
    return {title.partition(",")[0]: [tuple(row) for row in rows] for title, _, rows in tables(states)}


def test_each_service_has_a_line_and_one_that_is_away_a_reason() -> None:
    told = shown(SALES, AWAY)

    assert told["Services"] == [
        ("sales", "ready", "2", "3", "1.2 s", "0", "1"),
        ("journal", "?", "?", "?", "?", "?", "?"),
    ]
    assert told["Not told"] == [("journal", "service", "does not answer")]


def test_what_is_amiss_is_told_in_place_of_health() -> None:
    checks = {"mongodb": "ok", "rabbitmq": "events do not flow yet"}
    told = shown({**SALES, "health": {"ready": False, "checks": checks}})

    assert told["Services"][0][1] == "rabbitmq: events do not flow yet"


def test_queues_are_shown_that_hold_something_or_lack_a_consumer() -> None:
    assert shown(SALES)["Queues with messages"] == [("sales.customer_conversion", "7", "0")]


def test_projections_duties_and_jobs_are_shown() -> None:
    told = shown(SALES)

    assert told["Projections"] == [("sales", "copies", "2", "0.5 s", "")]
    assert told["Duties"] == [("sales", "sweeper", "nobody", "4", "2026-11-01T10:00:00Z")]
    assert told["Jobs under way"] == [("sales-1", "import", "running", "5", "?")]
