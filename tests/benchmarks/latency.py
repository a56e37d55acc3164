"""Event latency: from the answer in one service to the effect that can be read from another."""

import asyncio
import json
import time
from statistics import quantiles
from urllib.parse import quote

from rich.table import Table

from tests.benchmarks.load import Call, Connection, connections, paced
from tests.benchmarks.sides import Side, stranger
from tests.benchmarks.usage import spread

SAMPLED = 10
"""Every tenth write is followed, so that looking takes little of the machine."""
PER_SECOND = 100.0
WRITES = 1000
"""In a round, ten seconds long."""


async def measure_latency(side: Side, *, rounds: int) -> Table:
    """Interested campaign responses at a steady rate, answered by activity; the lead is looked for in sales."""
    campaign = await _campaign(side)
    await _round(side, campaign, writes=WRITES // 2)  # what is slow but once
    return _table([await _round(side, campaign, writes=WRITES) for _ in range(rounds)])


async def _round(side: Side, campaign: str, *, writes: int) -> list[float]:
    """Milliseconds from the answer to the lead, for those that were followed."""
    emails = [f"grace{stranger()}@example.org" for _ in range(writes)]
    calls = [Call("POST", "/api/v1/activities", _response(campaign, email), side.headers) for email in emails]
    found: list[float] = []
    async with connections(side.url, 16) as writing, connections(side.url, 16) as looking, asyncio.TaskGroup() as group:
        free = list(looking)

        def answered(number: int, at: float) -> None:
            if number % SAMPLED == 0:
                group.create_task(_follow(free, side, emails[number], answered=at, found=found))

        await paced(writing, calls, per_second=PER_SECOND, seen=answered)
    return found


async def _follow(free: list[Connection], side: Side, email: str, *, answered: float, found: list[float]) -> None:
    if not free:
        return
    connection = free.pop()
    path = f"/api/v1/leads?$filter={quote(f'email eq {chr(39)}{email}{chr(39)}')}"
    try:
        while time.perf_counter() < answered + 30:
            reply = await connection.request("GET", path, headers=side.headers)
            if json.loads(reply.body)["value"]:
                found.append((time.perf_counter() - answered) * 1000)
                return
            await asyncio.sleep(0.002)
        raise TimeoutError(email)
    finally:
        free.append(connection)


async def _campaign(side: Side) -> str:
    async with connections(side.url, 1) as [connection]:
        reply = await connection.request("POST", "/api/v1/campaigns", b'{"name":"Latency"}', side.headers)
    return str(json.loads(reply.body)["id"])


def _response(campaign: str, email: str) -> bytes:
    body = {
        "type": "campaign_response",
        "subject": "Took the offer",
        "campaign_id": campaign,
        "channel": "phone_call",
        "response": "interested",
        "customer": {"first_name": "Grace", "last_name": "Hopper", "email": email},
    }
    return json.dumps(body).encode()


def _table(rounds: list[list[float]]) -> Table:
    followed = f"{len(rounds)} rounds of {WRITES // SAMPLED} followed"
    table = Table(title=f"Event latency, response → lead, at {PER_SECOND:.0f} writes/s, {followed}; milliseconds")
    cuts = [quantiles(each, n=100) for each in rounds]
    for part in (50, 90, 99):
        table.add_column(f"p{part}", justify="right")
    table.add_row(*(spread([each[part - 1] for each in cuts], "{:.1f}") for part in (50, 90, 99)))
    return table
