"""Waiting until no event is on its way any more, wherever in the suite it goes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from libs.cli.client import NotAnswered
from libs.cli.status import UNROUTED
from libs.cli.trouble import Trouble

States: TypeAlias = Iterable[Mapping[str, Any]]

LOOKS: Final = 4
"""How many looks in a row must find nothing: what a consumer has in hand at the moment is in no queue."""

EVERY: Final = 0.5
WITHIN: Final = 600.0


async def arrived(look: Callable[[], Awaitable[States]], *, every: float = EVERY, within: float = WITHIN) -> float:
    """When the first of the looks was that found nothing, by the monotonic clock; raises `Trouble` if there is none.

    `look` tells the state of every service.
    """
    began = time.monotonic()
    since, still, waits = began, 0, ["nothing was told"]
    while still < LOOKS:
        at = time.monotonic()
        try:
            waits = list(on_the_way(await look()))
        except NotAnswered as error:
            waits = [str(error)]
        since, still = (since if still else at, still + 1) if not waits else (at, 0)
        if at - began > within:
            raise Trouble(f"After {within:.0f} s there are still events on their way: {', '.join(waits)}")
        await asyncio.sleep(every)
    return since


def on_the_way(states: States) -> Iterator[str]:
    """The places where events wait, in words; a part that could not be asked counts as one."""
    for state in states:
        yield from (f"{state['service']} {part}: {why}" for part, why in state["notes"].items())
        if outbox := state.get("outbox"):
            yield from _some(f"outbox of {state['service']}", outbox["waiting"])
        for queue in state.get("queues") or ():
            if queue["name"] != UNROUTED:
                yield from _some(queue["name"], queue["messages"])
        for each in state.get("projections") or ():
            yield from _some(f"{state['service']} {each['projection']}", each["pending"])


def _some(where: str, count: int | None) -> Iterator[str]:
    if count != 0:
        yield f"{where}: {'?' if count is None else count}"
