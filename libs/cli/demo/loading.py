"""Loading many records: in bulks under Idempotency-Keys, so that a bulk whose answer was lost is sent again safely."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from libs.cli.client import Api, NotAnswered
from libs.cli.trouble import Trouble
from libs.store.ids import new_id

BULK: Final = 500
AT_ONCE: Final = 4
_PATIENCE: Final = 120
"""Tries of one bulk, a second apart, while a service or the gateway is away."""

Advance = Callable[[int], None]


async def load(api: Api, collection: str, records: Sequence[dict[str, Any]], advance: Advance) -> list[str]:
    """The ids of the records, in their order; raises `Trouble` at the first that is refused."""
    ids: list[str] = [""] * len(records)
    free = asyncio.Semaphore(AT_ONCE)

    async def send(start: int) -> None:
        async with free:
            rows = records[start : start + BULK]
            results = await _sent(api, collection, rows, key=new_id())
            for number, result in enumerate(results, start):
                ids[number] = _id_of(result, collection)
            advance(len(rows))

    async with asyncio.TaskGroup() as group:
        for start in range(0, len(records), BULK):
            group.create_task(send(start))
    return ids


async def _sent(api: Api, collection: str, rows: Sequence[dict[str, Any]], *, key: str) -> list[dict[str, Any]]:
    """Sends one bulk, again and again under the same key until it is answered."""
    for _ in range(_PATIENCE):
        try:
            answer = await api.post(f"/api/v1/{collection}/bulk", {"records": rows}, key=key)
        except NotAnswered:
            await asyncio.sleep(1)
        else:
            results: list[dict[str, Any]] = answer["results"]
            return results
    raise Trouble(f"{collection} took no records for {_PATIENCE} s: look at what `make run` says, or at its log")


def _id_of(result: dict[str, Any], collection: str) -> str:
    if result["status"] != 201:
        problem = result["problem"]
        wrong = "; ".join(f"{each['pointer']}: {each['detail']}" for each in problem.get("errors", ()))
        raise Trouble(f"A record of {collection} was refused: {problem['detail']} {wrong}")
    return str(result["record"]["id"])
