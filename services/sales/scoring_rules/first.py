"""The scoring rules that every installation has, made at the start where they are missing."""

from typing import Final

from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.scoring_rules.model import ScoringRule
from services.sales.scoring_rules.scoring import rescore


def _rule(id: str, points: int, name: str, condition: str) -> ScoringRule:
    return ScoringRule(id=f"score_{id}", name=name, condition=condition, points=points)


RULES: Final = (
    _rule("email", 10, "Has an e-mail address", "email ne null"),
    _rule("phone", 10, "Has a phone number", "phone ne null"),
    _rule("company", 5, "Belongs to a company", "company_name ne null"),
    _rule("hot", 25, "Rated hot", "rating eq 'hot'"),
    _rule("warm", 10, "Rated warm", "rating eq 'warm'"),
    _rule("cold", -10, "Rated cold", "rating eq 'cold'"),
    _rule("referral", 15, "Came by a referral", "source eq 'referral'"),
    _rule("response", 10, "Has answered a campaign", "responses ge 1"),
    _rule("responses", 10, "Has answered three times or more", "responses ge 3"),
    _rule("contacted", 10, "Somebody has spoken with them", "status_reason eq 'contacted'"),
    _rule("value", 15, "Worth 10,000 or more", "estimated_value ge 10000"),
)


async def make_default_rules(store: Store) -> None:
    """Adds those that are missing; what administrators have made of the others stays."""

    async def command(work: UnitOfWork) -> None:
        ids = [rule.id for rule in RULES]
        known = {rule.id for rule in await work.find(ScoringRule, {"_id": {"$in": ids}})}
        if missing := [rule for rule in RULES if rule.id not in known]:
            for rule in missing:
                work.add(rule)
            rescore(work)

    await store.run(command, Context())
