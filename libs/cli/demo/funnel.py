"""Waiting for the funnel to have taken everything in, and showing it."""

import asyncio
import time
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from libs.cli.client import Api, NotAnswered
from libs.cli.trouble import Trouble

_WITHIN: Final = 600.0
_COLUMNS: Final = ("responses", "interested", "leads", "opportunities", "won")


async def settled(api: Api, campaign_id: str, *, responses: int, leads: int) -> dict[str, Any]:
    """The campaign's funnel once it shows what was sent and nothing waits; raises `Trouble` if it never does."""
    deadline = time.monotonic() + _WITHIN
    funnel: dict[str, Any] = {}
    while time.monotonic() < deadline:
        try:
            answer = await api.get("/api/v1/funnel", campaign_id=campaign_id)
        except NotAnswered:
            await asyncio.sleep(1)
            continue
        funnel = answer["value"][0] if answer["value"] else {}
        if (funnel.get("responses"), funnel.get("leads"), answer["lag"]["pending"]) == (responses, leads, 0):
            return funnel
        await asyncio.sleep(0.5)
    raise Trouble(
        f"The funnel shows {funnel.get('responses')} responses and {funnel.get('leads')} leads, not {responses} and "
        f"{leads}: look for parked messages with `tandem parked list`"
    )


def show(console: Console, funnel: dict[str, Any]) -> None:
    table = Table(title=f"Funnel of {funnel.get('campaign_name') or 'the campaign'}", box=None, pad_edge=False)
    for column in (*_COLUMNS, "won value", "leads of responses"):
        table.add_column(column, justify="right")
    value = ", ".join(f"{each['amount']:,.2f} {each['currency']}" for each in funnel["won_value"]) or "0"
    share = f"{funnel['lead_rate']:.1%}" if funnel["lead_rate"] is not None else ""
    table.add_row(*(f"{funnel[name]:,}" for name in _COLUMNS), value, share)
    console.print(table)
