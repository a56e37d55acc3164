"""`tandem status`: what an operator looks at first, of all services."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from rich.console import Console
from rich.table import Table

from libs.cli.client import signed_in
from libs.cli.operations import Service
from libs.cli.trouble import finish

State: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Sequence[str]
UNKNOWN: Final = "?"
UNROUTED: Final = "crm.unrouted"


def status(service: Service = None) -> None:
    """Show health, queues, outbox, parked messages, leases, jobs and projections; JSON lines into a pipe."""
    states = finish(_read(service))
    console = Console(highlight=False)
    if not console.is_terminal:
        sys.stdout.writelines(json.dumps(state, ensure_ascii=False) + "\n" for state in states)
        return
    for title, columns, rows in tables(states):
        if rows:
            console.print(_table(title, columns, rows))


async def _read(service: str | None) -> list[State]:
    async with signed_in() as api:
        query = {"service": service} if service else {}
        states: list[State] = (await api.get("/api/v1/operations", **query))["value"]
    return states


def tables(states: Iterable[State]) -> Iterator[tuple[str, Row, list[Row]]]:
    """Title, columns and rows of each; a part that is not known shows as a question mark, with the reason beneath."""
    known = list(states)
    yield "Services", ("service", "health", "epoch", "outbox", "oldest", "parked", "timers"), [*map(_service, known)]
    yield "Not told", ("service", "part", "why"), list(_notes(known))
    yield "Queues with messages, or without anybody who takes them", ("queue", "messages", "consumers"), _queues(known)
    yield "Projections", ("service", "projection", "pending", "behind", "last event"), list(_projections(known))
    yield "Duties", ("service", "lease", "holder", "token", "until"), list(_leases(known))
    yield "Jobs under way", ("id", "kind", "state", "done", "of"), list(_jobs(known))


def _service(state: State) -> Row:
    health, outbox = state.get("health"), state.get("outbox")
    return (
        state["service"],
        UNKNOWN if health is None else "ready" if health["ready"] else _amiss(health["checks"]),
        _text(state.get("epoch")),
        _text(outbox and outbox["waiting"]),
        _seconds(outbox["oldest_seconds"]) if outbox else UNKNOWN,
        _text(state.get("parked")),
        _text(state.get("timers_aside")),
    )


def _amiss(checks: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {told}" for name, told in checks.items() if told != "ok")


def _notes(states: Iterable[State]) -> Iterator[Row]:
    for state in states:
        for part, why in state["notes"].items():
            yield state["service"], part, why


def _is_untended(queue: str) -> bool:
    return ".retry." in queue or queue == UNROUTED


def _queues(states: Iterable[State]) -> list[Row]:
    """Queues that hold messages or lack a consumer.

    Nobody ever takes from retry tiers and unwanted events: empty ones of them are left out.
    """
    return [
        (queue["name"], _text(queue["messages"]), _text(queue["consumers"]))
        for state in states
        for queue in state.get("queues") or ()
        if queue["messages"] != 0 or not (queue["consumers"] or _is_untended(queue["name"]))
    ]


def _projections(states: Iterable[State]) -> Iterator[Row]:
    for state in states:
        for each in state.get("projections") or ():
            pending, behind, last = _text(each["pending"]), _seconds(each["seconds"]), each["last_event_at"] or ""
            yield state["service"], each["projection"], pending, behind, last


def _leases(states: Iterable[State]) -> Iterator[Row]:
    for state in states:
        for each in state.get("leases") or ():
            yield state["service"], each["name"], each["holder"] or "nobody", str(each["token"]), each["expires_at"]


def _jobs(states: Iterable[State]) -> Iterator[Row]:
    for state in states:
        for each in state.get("jobs") or ():
            yield each["id"], each["kind"], each["state"], str(each["done"]), _text(each["total"])


def _text(value: object) -> str:
    return UNKNOWN if value is None else str(value)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f} s"


def _table(title: str, columns: Row, rows: Iterable[Row]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
