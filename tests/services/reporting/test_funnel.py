"""The funnel is summed up from rows, whatever is delivered twice, late or out of order."""

import random
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING, Depth, Grants, Operation, Permissions
from libs.store.copies import keep_copies
from libs.store.store import Store
from libs.web.executing import STORE
from services.reporting.app import REPORTING
from services.reporting.funnel.store import Selection, keep_rows, sums
from tests.support.events import envelope
from tests.support.services import Running, running


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(REPORTING, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def reporting(started: Running) -> Running:
    await started.reset()
    return started


@pytest.fixture
def store(reporting: Running) -> Store:
    return reporting.app[STORE]


RESPONDED = "activity.campaign_response.created"


def story(day: str = "2026-05-04") -> list[Envelope]:
    """Two responses; one of them became a lead, an opportunity, and a sale of 99.90 €."""
    response = {"campaign_id": "c1", "occurred_at": f"{day}T10:00:00Z", "channel": "phone_call"}
    from_campaign = {"source_campaign_id": "c1", "created_at": f"{day}T11:00:00Z"}
    won = {"id": "o1", **from_campaign, "state": "won", "actual_value": 99.9, "currency": "EUR"}
    return [
        envelope(
            "activity.campaign_response.created", "activities", {"id": "a1", **response, "response": "interested"}
        ),
        envelope(RESPONDED, "activities", {"id": "a2", **response, "response": "error"}),
        envelope("sales.lead.created", "leads", {"id": "l1", **from_campaign}),
        envelope("sales.lead.qualified", "leads", {"id": "l1", **from_campaign}, sequence=2),
        envelope("sales.opportunity.created", "opportunities", {"id": "o1", **from_campaign, "state": "open"}),
        envelope("sales.opportunity.won", "opportunities", won, sequence=2),
    ]


TOLD = {
    "responses": 2,
    "interested": 1,
    "leads": 1,
    "opportunities": 1,
    "won": 1,
    "won_value": [{"currency": "EUR", "amount": Decimal("99.9")}],
    "lead_rate": 0.5,
    "win_rate": 1.0,
}


@pytest.mark.parametrize("seed", range(10))
async def test_the_story_is_told_whatever_order_it_arrives_in(store: Store, seed: int) -> None:
    deliveries = story() * 3
    random.Random(seed).shuffle(deliveries)

    for start in range(0, len(deliveries), 4):
        await keep_rows(store, deliveries[start : start + 4])

    assert await sums(store, Selection(), EVERYTHING) == [{"campaign_id": "c1", **TOLD}]


async def test_a_removed_lead_no_longer_counts(store: Store) -> None:
    gone = envelope("sales.lead.deleted", "leads", {"id": "l1", "source_campaign_id": "c1"}, sequence=3)

    await keep_rows(store, [gone, *story()])

    assert (await sums(store, Selection(), EVERYTHING))[0]["leads"] == 0


async def test_a_restored_lead_counts_again(store: Store) -> None:
    lead = {"id": "l1", "source_campaign_id": "c1"}
    gone = envelope("sales.lead.deleted", "leads", lead, sequence=3)
    back = envelope("sales.lead.restored", "leads", lead, sequence=4)

    await keep_rows(store, [*story(), gone])
    await keep_rows(store, [back])
    await keep_rows(store, [gone])

    assert (await sums(store, Selection(), EVERYTHING))[0]["leads"] == 1


async def test_the_funnel_is_cut_by_day(store: Store) -> None:
    later = story("2026-06-01")[:1]
    await keep_rows(store, [*story(), *later])

    by_day = await sums(store, Selection(by=("day",)), EVERYTHING)
    in_may = await sums(store, Selection(until="2026-05-31", by=("campaign", "day")), EVERYTHING)

    assert [(entry["day"], entry["responses"]) for entry in by_day] == [("2026-05-04", 1), ("2026-06-01", 1)]
    assert [(entry["campaign_id"], entry["day"]) for entry in in_may] == [("c1", "2026-05-04")]


async def test_the_answer_says_how_far_behind_it_is(reporting: Running) -> None:
    status, funnel = await reporting.get("/api/v1/funnel")

    assert status == 200
    assert (funnel["value"], funnel["lag"]["pending"], funnel["lag"]["seconds"]) == ([], 0, 0.0)


@pytest.mark.parametrize("options", ["by=moon", "since=2026-02-30", "campaign=c1"])
async def test_an_option_that_makes_no_sense_is_named(reporting: Running, options: str) -> None:
    status, problem = await reporting.get(f"/api/v1/funnel?{options}")

    assert (status, problem["errors"][0]["pointer"]) == (422, options.partition("=")[0])


async def test_the_funnel_counts_what_the_caller_may_see(store: Store) -> None:
    own = Permissions({Operation.READ: Depth.OWN})
    grants = Grants("ana", collections={"leads": own, "activities": Permissions({Operation.READ: Depth.ALL})})
    theirs = envelope("sales.lead.created", "leads", {"id": "l2", "source_campaign_id": "c1", "owner_id": "eva"})
    mine = envelope("sales.lead.created", "leads", {"id": "l3", "source_campaign_id": "c1", "owner_id": "ana"})

    await keep_rows(store, [*story(), theirs, mine])

    assert (await sums(store, Selection(), EVERYTHING))[0]["leads"] == 3
    (seen,) = await sums(store, Selection(), grants)
    assert (seen["responses"], seen["leads"], seen["opportunities"]) == (2, 1, 0)


READ_ALL = {name: {"read": "all"} for name in ("funnel", "activities", "leads", "opportunities")}


@pytest.mark.parametrize(
    ("collection", "name", "status"),
    [
        ("activities", "response", 403),
        ("leads", "source_campaign_id", 403),
        ("opportunities", "actual_value", 403),
        ("opportunities", "name", 200),
    ],
)
async def test_no_figure_is_made_of_what_is_hidden(reporting: Running, collection: str, name: str, status: int) -> None:
    hidden = {collection: {name: "hidden"}}
    await reporting.know("roles", {"id": "analyst", "permissions": READ_ALL, "fields": hidden})
    await keep_rows(reporting.app[STORE], story())

    answered, answer = await reporting.get("/api/v1/funnel", roles=("analyst",))

    assert (answered, name in answer.get("detail", "")) == (status, status == 403)


@pytest.mark.parametrize(
    ("depth", "fields", "called"), [("all", {}, "Spring"), ("all", {"name": "hidden"}, None), ("own", {}, None)]
)
async def test_a_campaign_is_called_by_its_name_to_those_who_may_see_it(
    reporting: Running, depth: str, fields: dict[str, str], called: str | None
) -> None:
    may = {**READ_ALL, "campaigns": {"read": depth}}
    await reporting.know("roles", {"id": "analyst", "permissions": may, "fields": {"campaigns": fields}})
    spring = envelope("marketing.campaign.created", "campaigns", {"id": "c1", "name": "Spring", "owner_id": "eva"})
    await keep_copies(reporting.app[STORE], [spring])
    await keep_rows(reporting.app[STORE], story())

    _, funnel = await reporting.get("/api/v1/funnel", roles=("analyst",))

    assert [(entry["campaign_id"], entry["campaign_name"]) for entry in funnel["value"]] == [("c1", called)]
