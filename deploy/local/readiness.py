"""Waiting until services answer /readyz, and saying why they do not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

import aiohttp

from deploy.local.home import Home
from deploy.local.suite import Copy
from deploy.local.supervisor import Happening, Report, Supervisor, What
from deploy.local.waiting import INTERVAL

READY_TIMEOUT = 240.0
HOPELESS = 5  # early deaths, one after the other
_ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=3)


class NotReady(RuntimeError):
    """Something did not get ready in time; the message says what, and shows the end of its log."""


async def wait_for(
    copies: Iterable[Copy],
    supervisor: Supervisor,
    home: Home,
    report: Report,
    *,
    within: float = READY_TIMEOUT,
    hopeless: float = HOPELESS,
    exclude: str = "",
) -> None:
    """Wait at most `within` seconds until all are ready, but for the checks that `exclude` names between commas.

    Raises NotReady, at once after `hopeless` early deaths.
    """
    waiting = {copy.name: copy for copy in copies}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within), aiohttp.ClientSession(timeout=_ANSWER_TIMEOUT) as session:
            while waiting and not any(supervisor.early_deaths(name) >= hopeless for name in waiting):
                for name in await _ready(session, waiting.values(), exclude):
                    report(Happening(name, What.READY, waiting.pop(name).url))
                await asyncio.sleep(INTERVAL)
    if waiting:
        raise NotReady(explain(waiting, supervisor, home))


async def _ready(session: aiohttp.ClientSession, copies: Iterable[Copy], exclude: str) -> list[str]:
    asked = list(copies)
    answers = await asyncio.gather(*(_is_ready(session, copy.url, exclude) for copy in asked))
    return [copy.name for copy, ready in zip(asked, answers, strict=True) if ready]


async def _is_ready(session: aiohttp.ClientSession, url: str, exclude: str) -> bool:
    try:
        async with session.get(f"{url}/readyz", params={"exclude": exclude}) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def explain(names: Iterable[str], supervisor: Supervisor, home: Home) -> str:
    """Why these are not ready, as far as their ends and their logs tell; those that died speak for the others."""
    kept = [name for name in names if supervisor.keeps(name)]
    dead = [name for name in kept if supervisor.last_death(name)]
    return "\n\n".join(_explain(name, supervisor, home) for name in dead or kept)


def _explain(name: str, supervisor: Supervisor, home: Home) -> str:
    death = supervisor.last_death(name)
    why = f" It last ended with {death}." if death else ""
    log = home.log(name)
    end = log.read_text(errors="replace")[-1_500:] if log.exists() else ""
    return f"{name} did not get ready.{why} The end of {log}:\n{end}"
