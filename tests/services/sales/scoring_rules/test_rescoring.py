"""All leads are scored anew a batch at a time: without versions or events, and without harm where it is done again."""

from datetime import timedelta
from functools import partial

from libs.jobs.jobs import JOBS, JobState
from libs.jobs.leased import Hold, Leased
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.figures import refigure
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.leads.model import Lead
from services.sales.scoring_rules import store as rules_store
from services.sales.scoring_rules.first import RULES, make_default_rules
from services.sales.scoring_rules.scoring import RESCORING, by_rules, rescore
from tests.services.sales.copies import add, all_of, announced, read

SOON = utc_now() + timedelta(days=1)


async def rescored(store: Store, *, after: str | None, limit: int = 2) -> tuple[int, str | None]:
    rules = await rules_store.active_rules(store)
    return await refigure(store, Lead, partial(by_rules, rules), after=after, since=None, limit=limit)


async def test_leads_are_scored_anew_from_where_the_last_step_ended(store: Store) -> None:
    await add(store, *(Lead(id=f"l-{number}", email=f"m{number}@example.org") for number in range(3)))
    await make_default_rules(store)

    assert await rescored(store, after=None) == (2, "l-1")
    assert [lead.score for lead in await all_of(store, Lead)] == [10, 10, 0]
    assert await rescored(store, after="l-1") == (1, "l-2")
    assert await rescored(store, after="l-2") == (0, None)

    lead = await read(store, Lead, "l-2")
    assert (lead.score, lead.version, len(await announced(store, lead))) == (10, 1, 1)
    assert await rescored(store, after=None, limit=10) == (3, "l-2")


async def test_the_rules_of_a_fresh_installation_come_once_and_stay_as_they_were_made(store: Store) -> None:
    await make_default_rules(store)
    await store.collection("scoring_rules").update_one({"_id": RULES[0].id}, {"$set": {"points": 99}})

    await make_default_rules(store)

    rules = {rule.id: rule.points for rule in await rules_store.active_rules(store)}
    assert (len(rules), rules[RULES[0].id]) == (len(RULES), 99)
    assert await store.collection("jobs").count_documents({"kind": "rescore_leads"}) == 2


async def run(store: Store, hold: Hold) -> None:
    await Leased(store, JOBS).change(hold, {"state": JobState.RUNNING})
    await RESCORING.run(Progress(store, hold, RESCORING.via), RESCORING.input_of(hold.document))


async def test_of_changes_at_once_the_last_has_the_leads_scored_anew(store: Store) -> None:
    await add(store, Lead(id="l-1", email="m@example.org"))
    await make_default_rules(store)

    async def change(work: UnitOfWork) -> None:
        rescore(work)

    await store.run(change, Context())
    await store.collection(JOBS).update_many({}, {"$min": {"free_at": utc_now()}})
    holds = await Leased(store, JOBS).take({}, seconds=60, most=4)
    for later in (False, True):
        first, last = [hold for hold in holds if (hold.document["input"]["since"] is not None) == later]

        await run(store, first)
        assert (await read(store, Lead, "l-1")).score == 0
        await run(store, last)
        assert (await read(store, Lead, "l-1")).score == 10
        await store.collection(Lead.collection).update_one({"_id": "l-1"}, {"$set": {"score": 0, "modified_at": SOON}})
