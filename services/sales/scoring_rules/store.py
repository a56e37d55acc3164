"""How scoring rules are found: those that count now."""

from libs.domain.lifecycle import Lifecycle
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.scoring_rules.model import ScoringRule

MOST_RULES = 1000


async def active_rules(store: Store) -> list[ScoringRule]:
    """The active rules as the database has them now; what this copy of the service knows of them may be older."""

    async def read(work: UnitOfWork) -> list[ScoringRule]:
        return await work.find(ScoringRule, {"state": Lifecycle.ACTIVE}, limit=MOST_RULES)

    return await store.run(read, Context())
