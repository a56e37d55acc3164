"""The score of a lead: worked out at every write of it, and for all leads when the rules have changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import BaseModel

from libs.jobs.jobs import JobKind, begin, queued
from libs.jobs.progress import Progress
from libs.store.errors import answering
from libs.store.figures import refigure
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.leads.conditions import condition, view_of
from services.sales.leads.model import Lead
from services.sales.scoring_rules import model, store
from services.sales.scoring_rules.model import ScoringRule

AT_ONCE: Final = 500
_ALL_KNOW: Final = timedelta(seconds=60)
"""After so long every copy of the service scores by the rules, though it heard of no change."""


class RescoreLeads(BaseModel):
    """With `since` only leads that have changed from then on."""

    since: datetime | None = None


def figures(known: Store, lead: Lead) -> Mapping[str, object]:
    """The score of a lead by the rules that this copy of the service knows."""
    return by_rules(known.defined(ScoringRule), lead)


def by_rules(rules: Sequence[ScoringRule], lead: Lead) -> Mapping[str, object]:
    view = view_of(lead) if rules else {}
    score, explanation = model.scored(rule for rule in rules if condition(rule.condition)(view))
    return {"score": score, "score_explanation": explanation}


def rescore(work: UnitOfWork) -> None:
    """Begins to score all leads anew: at once, and once more those that a copy has scored by former rules meanwhile.

    Of many changes at once the last one's jobs do it for all of them.
    """
    begin(work, RESCORING, RescoreLeads())
    begin(work, RESCORING, RescoreLeads(since=work.now), after=_ALL_KNOW)


async def _rescore(progress: Progress, request: RescoreLeads) -> None:
    leads = progress.store
    if request.since is None and progress.cursor is None:
        async with answering():
            await progress.advance(total=await leads.collection(Lead.collection).estimated_document_count())
    while not await _can_be_left(leads, request):
        rules = await store.active_rules(leads)
        number, last = await refigure(
            leads, Lead, partial(by_rules, rules), after=progress.cursor, since=request.since, limit=AT_ONCE
        )
        if last is None:
            return
        await progress.advance(number, cursor=last)


async def _can_be_left(leads: Store, request: RescoreLeads) -> bool:
    """Whether a job like this one waits, as after many changes at once: it will score by rules at least as new."""
    return any((other.since is None) == (request.since is None) for other in await queued(leads, RESCORING))


RESCORING: Final = JobKind("rescore_leads", RescoreLeads, _rescore)
