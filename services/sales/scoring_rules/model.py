"""The scoring rule: how many points a lead gets for what is known of it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.lead_rules import ScoringRuleActivated, ScoringRuleDeactivated
from libs.domain import lifecycle
from libs.domain.fields import LISTED, SEARCHED, Line
from libs.domain.record import Record
from services.sales.leads.model import ScorePart

HIGHEST: Final = 100

Condition = Annotated[str, Field(min_length=1, max_length=1000)]
"""About a lead, in the words of `$filter`."""


class ScoringRule(Record, collection="scoring_rules", aggregate="sales.scoring_rule"):
    """A lead that meets the `condition` gets the `points`, or loses them where they are negative."""

    name: Annotated[Line, LISTED, SEARCHED]
    condition: Condition
    points: Annotated[int, LISTED, Field(ge=-HIGHEST, le=HIGHEST)]


def scored(met: Iterable[ScoringRule]) -> tuple[int, tuple[ScorePart, ...]]:
    """The score by the rules that a lead meets, and what each gives to it. It never leaves 0 to 100."""
    parts = tuple(_part(rule.name, rule.points) for rule in met)
    return min(max(sum(part.points for part in parts), 0), HIGHEST), parts


@lru_cache(maxsize=1024)
def _part(rule: str, points: int) -> ScorePart:
    return ScorePart(rule=rule, points=points)


def deactivate(rule: ScoringRule) -> tuple[ScoringRule, ScoringRuleDeactivated]:
    return lifecycle.deactivate(rule), ScoringRuleDeactivated()


def activate(rule: ScoringRule) -> tuple[ScoringRule, ScoringRuleActivated]:
    return lifecycle.activate(rule), ScoringRuleActivated()
