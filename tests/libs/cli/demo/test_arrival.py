"""When everything has arrived: not while anything waits anywhere, nor where that is not known."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from libs.cli.client import NotAnswered
from libs.cli.demo.arrival import LOOKS, States, arrived, on_the_way
from libs.cli.trouble import Trouble

State = Mapping[str, Any]
STILL: State = {
    "service": "sales",
    "queues": [{"name": "sales.lead_intake", "messages": 0}, {"name": "crm.unrouted", "messages": 4}],
    "outbox": {"waiting": 0, "oldest_seconds": None},
    "projections": [{"projection": "copies", "pending": 0}],
    "notes": {},
}
BUSY: State = {**STILL, "queues": [{"name": "sales.lead_intake", "messages": 7}]}


def looking(*seen: State | Exception) -> Callable[[], Awaitable[States]]:
    """One after the other; the last again and again."""
    left = list(seen)

    async def look() -> States:
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, Exception):
            raise now
        return [now]

    return look


def test_of_a_suite_that_is_still_nothing_is_on_its_way() -> None:
    assert list(on_the_way([STILL])) == []


@pytest.mark.parametrize(
    ("other", "where"),
    [
        ({"queues": [{"name": "sales.retry.30s", "messages": 1}]}, "sales.retry.30s: 1"),
        ({"queues": [{"name": "sales.lead_intake", "messages": None}]}, "sales.lead_intake: ?"),
        ({"outbox": {"waiting": 3, "oldest_seconds": 0.1}}, "outbox of sales: 3"),
        ({"projections": [{"projection": "search", "pending": 2}]}, "sales search: 2"),
        ({"queues": None, "notes": {"queues": "no answer in 2 s"}}, "sales queues: no answer in 2 s"),
    ],
)
def test_what_waits_or_is_not_known_is_told(other: State, where: str) -> None:
    assert list(on_the_way([{**STILL, **other}])) == [where]


async def test_a_moment_without_events_is_not_yet_the_end() -> None:
    moment: list[State | Exception] = [STILL] * (LOOKS - 1)
    looks = 0
    look = looking(*moment, BUSY, NotAnswered("too busy"), STILL)

    async def counted() -> States:
        nonlocal looks
        looks += 1
        return await look()

    await arrived(counted, every=0)

    assert looks == len(moment) + 2 + LOOKS


async def test_events_that_never_arrive_are_named() -> None:
    with pytest.raises(Trouble, match=r"sales\.lead_intake: 7"):
        await arrived(looking(BUSY), every=0, within=0)
