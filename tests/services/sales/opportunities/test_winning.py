"""A sale ends once, however many end it at once."""

import asyncio

from libs.domain.refusals import MoveRefused
from libs.store.store import Store
from services.sales.opportunities.commands import (
    LoseOpportunity,
    WinOpportunity,
    create_opportunity,
    lose_opportunity,
    win_opportunity,
)
from services.sales.opportunities.model import Opportunity
from tests.services.sales.copies import announced, do, draft, read


async def test_of_many_who_win_or_lose_it_at_once_one_does(store: Store, other: Store) -> None:
    opportunity = await do(store, create_opportunity, draft(Opportunity, name="Work"))
    ends = [
        *(do(copy, win_opportunity, opportunity.id, WinOpportunity()) for copy in (store, other) * 5),
        *(do(copy, lose_opportunity, opportunity.id, LoseOpportunity()) for copy in (store, other) * 5),
    ]

    answers = await asyncio.gather(*ends, return_exceptions=True)

    ended = [answer for answer in answers if isinstance(answer, Opportunity)]
    refused = [answer for answer in answers if isinstance(answer, MoveRefused)]
    assert (len(ended), len(refused)) == (1, 19)
    assert all(refusal.extra["open_actions"] == ["reopen"] for refusal in refused)
    stands = await read(store, Opportunity, opportunity.id)
    assert (stands.state, stands.version) == (ended[0].state, 2)
    verbs = [event.type.rpartition(".")[2] for event in await announced(store, stands)]
    assert verbs == ["created", stands.state.value]
