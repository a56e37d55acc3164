"""One service set back while the others go on, and all on an empty database: everybody follows, and work goes on.

The tests are one story, in their order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pymongo import AsyncMongoClient

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from deploy.local.suite import admin_password
from deploy.services import PORTS
from libs.store.backups.restoring import restore_backup, verify_backup
from libs.store.backups.taking import take_backup
from tests.flows.people import somebody
from tests.flows.stories import Record, lead_of, plan_campaign, respond, win
from tests.support.calling import Caller, sign_in
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.timeout(600)

KEEPERS = tuple(name for name in PORTS if name != "gateway")
NAMES = [(service, f"tandem_{service}") for service in KEEPERS]
SECONDS = 2 * PATIENCE
"""Within which everybody has followed."""
STORY = {
    "activity.campaign_response.created",
    "sales.lead.created",
    "sales.lead.qualified",
    "sales.opportunity.created",
    "sales.opportunity.won",
    "sales.opportunity.updated",
}
"""What the timeline of a lead tells that was won, the last of it once the customer is known."""
COPIED = {"service": 2, "marketing": 4, "activity": 4}
"""How many of its records others know by then: account and contact, most of them lead and opportunity too."""

Document = dict[str, Any]


def unheard(service: str, count: int) -> None:
    """Nobody watches the progress."""


@dataclass
class Suite:
    running: Stack
    session: ClientSession
    admin: Caller
    directory: Path

    @property
    def mongo_url(self) -> str:
        return self.running.nodes.mongo_url

    async def signed_in(self) -> None:
        url = self.running.url("gateway")
        tokens = await sign_in(self.session, url, "admin", admin_password(self.running.home))
        self.admin = Caller(self.session, url, tokens["access_token"])

    async def eventually(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        return await eventually(ask, within=SECONDS, every=0.2)

    async def copies(self, service: str) -> dict[str, tuple[str, bool]]:
        """What a service knows of the sales service's records: their names, and whether they are gone."""
        async with AsyncMongoClient[Document](self.mongo_url) as client:
            rows = await client[f"tandem_{service}"]["copies"].find().to_list(None)
        ours = ("leads", "opportunities", "accounts", "contacts")
        return {row["_id"]: (row["name"], row["deleted"]) for row in rows if row["_id"].partition("/")[0] in ours}

    async def found(self, words: str) -> set[str]:
        answer = await self.admin.get("search", q=words)
        return {f"{hit['collection']}/{hit['id']}" for hit in answer["value"]}

    async def timeline(self, subject: str) -> dict[str, str]:
        """What is told about it, by ids."""
        return {entry["id"]: entry["type"] for entry in (await self.admin.get(f"timeline/{subject}"))["value"]}

    async def funnel(self, campaign: Record) -> Document:
        entries = (await self.admin.get("funnel", campaign_id=campaign["id"]))["value"]
        return entries[0] if entries else {}


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    home = Home(tmp_path_factory.mktemp("backed_up"), private=True)
    with pytest.MonkeyPatch.context() as environment:
        for name in ("MONGO_URL", "AMQP_URL", "TANDEM_PORT", "TANDEM_ADMIN_PASSWORD"):
            environment.delenv(name, raising=False)
        patient = {"TANDEM_DATABASE_SECONDS": str(PATIENCE)}
        async with stack(home, settings=patient) as running, ClientSession() as session:
            suite = Suite(running, session, Caller(session, ""), tmp_path_factory.mktemp("backup"))
            await suite.signed_in()
            yield suite


@dataclass
class Kept:
    """What there was when the backup was made, as people and services saw it."""

    campaign: Record
    lead: Record
    customer: Record
    case: Record
    person: Record
    funnel: Document
    timeline: dict[str, str]
    copies: dict[str, dict[str, tuple[str, bool]]]


@pytest.fixture(scope="module")
async def kept(suite: Suite) -> Kept:
    """The story until the backup: somebody answered a campaign, bought and has a case; it is known everywhere."""
    person = somebody(company_name="Analytical Engines")
    campaign = await plan_campaign(suite.admin)
    lead = await lead_of(suite.admin, await respond(suite.admin, campaign, person))
    customer = (await win(suite.admin, lead))["customer"]
    case = await suite.admin.post("cases", {"title": "It squeaks", "customer": customer})
    subject = f"{customer['collection']}/{customer['id']}"

    async def known() -> bool:
        funnel = await suite.funnel(campaign)
        everywhere = [len(await suite.copies(service)) == number for service, number in COPIED.items()]
        told = set((await suite.timeline(f"leads/{lead['id']}")).values()) == STORY
        return (
            funnel.get("won") == 1 and told and all(everywhere) and subject in await suite.found("Analytical Engines")
        )

    await suite.eventually(known)
    copies = {service: await suite.copies(service) for service in COPIED}
    story = await suite.timeline(f"leads/{lead['id']}")
    return Kept(campaign, lead, customer, case, person, await suite.funnel(campaign), story, copies)


@pytest.fixture(scope="module")
async def backup(suite: Suite, kept: Kept) -> Path:
    manifest = await take_backup(suite.mongo_url, NAMES, suite.directory, unheard)
    assert manifest.services.keys() == set(KEEPERS)
    await verify_backup(suite.directory, (), unheard)
    return suite.directory


@pytest.fixture(scope="module")
async def later(suite: Suite, kept: Kept, backup: Path) -> Record:
    """What happened after the backup: the customer was renamed, somebody else became a lead, another one answered."""
    customer = kept.customer
    await suite.admin.patch(f"{customer['collection']}/{customer['id']}", {"name": "Difference Engines"})
    lead: Record = await suite.admin.post("leads", {"topic": "Zeppelin", "last_name": "Zuse"})
    await suite.admin.post(f"leads/{lead['id']}/disqualify", {"reason": "lost"})
    response = await respond(suite.admin, kept.campaign, somebody())
    await lead_of(suite.admin, response)

    async def known() -> bool:
        subject = f"leads/{lead['id']}"
        return (
            subject in await suite.found("Zeppelin")
            and subject in await suite.copies("marketing")
            and bool(await suite.found("Difference Engines"))
        )

    await suite.eventually(known)
    return {"lead": lead, "response": response}


@pytest.fixture(scope="module")
async def set_back(suite: Suite, backup: Path, later: Record) -> None:
    """Sales is set back, after a first try that was killed in its middle."""
    await suite.running.stop("sales")

    def dies(service: str, count: int) -> None:
        raise InterruptedError(service, count)

    with pytest.raises(InterruptedError):
        await restore_backup(suite.mongo_url, [("sales", "tandem_sales")], backup, dies)
    await restore_backup(suite.mongo_url, [("sales", "tandem_sales")], backup, unheard)
    await suite.running.resume("sales")
    await suite.running.wait_until_ready("sales")


@pytest.mark.usefixtures("set_back")
async def test_the_service_has_what_was_saved(suite: Suite, kept: Kept, later: Record) -> None:
    customer = await suite.admin.get(f"{kept.customer['collection']}/{kept.customer['id']}")

    assert customer["name"] == "Analytical Engines"
    assert (await suite.admin.ask("GET", f"leads/{later['lead']['id']}")).status == 404


@pytest.mark.usefixtures("set_back")
@pytest.mark.parametrize("service", COPIED)
async def test_copies_of_others_follow(suite: Suite, kept: Kept, service: str) -> None:
    async def follows() -> bool:
        copies = await suite.copies(service)
        told_again = {each for each, (_, deleted) in copies.items() if not deleted} - kept.copies[service].keys()
        return kept.copies[service].items() <= copies.items() and len(told_again) == (service != "service")

    await suite.eventually(follows)


@pytest.mark.usefixtures("set_back")
async def test_the_search_follows(suite: Suite, kept: Kept, later: Record) -> None:
    async def follows() -> bool:
        subject = f"{kept.customer['collection']}/{kept.customer['id']}"
        gone = not await suite.found("Zeppelin") and not await suite.found("Difference")
        return gone and subject in await suite.found("Analytical Engines")

    await suite.eventually(follows)


@pytest.mark.usefixtures("set_back")
async def test_timelines_follow(suite: Suite, kept: Kept, later: Record) -> None:
    async def follows() -> bool:
        gone = not await suite.timeline(f"leads/{later['lead']['id']}")
        return gone and await suite.timeline(f"leads/{kept.lead['id']}") == kept.timeline

    await suite.eventually(follows)


@pytest.mark.usefixtures("set_back")
async def test_what_others_told_meanwhile_has_its_effect_again_and_the_figures_follow(
    suite: Suite, kept: Kept, later: Record
) -> None:
    await lead_of(suite.admin, later["response"])

    async def follows() -> bool:
        funnel = await suite.funnel(kept.campaign)
        return (funnel["responses"], funnel["leads"], funnel["won"]) == (2, 2, 1)

    await suite.eventually(follows)
    assert (await suite.funnel(kept.campaign))["won_value"] == kept.funnel["won_value"]


@pytest.fixture(scope="module")
async def all_anew(suite: Suite, backup: Path, set_back: None) -> None:
    """The whole database is lost, and set up from the backup."""
    await asyncio.gather(*(suite.running.stop(service) for service in KEEPERS))
    async with AsyncMongoClient[Document](suite.mongo_url) as client:
        for _, database in NAMES:
            await client.drop_database(database)
    await restore_backup(suite.mongo_url, NAMES, backup, unheard)
    await asyncio.gather(*(suite.running.resume(service) for service in KEEPERS))
    await suite.running.wait_until_ready()
    await suite.signed_in()


@pytest.mark.usefixtures("all_anew")
async def test_all_services_have_what_was_saved(suite: Suite, kept: Kept) -> None:
    async def follows() -> bool:
        subject = f"{kept.customer['collection']}/{kept.customer['id']}"
        return subject in await suite.found("Analytical Engines") and not await suite.found("Zeppelin")

    await suite.eventually(follows)
    assert await suite.timeline(f"leads/{kept.lead['id']}") == kept.timeline
    figures = await suite.funnel(kept.campaign)
    assert (figures["responses"], figures["leads"], figures["won"]) == (1, 1, 1)


@pytest.mark.usefixtures("all_anew")
async def test_the_story_goes_on_with_new_numbers(suite: Suite, kept: Kept) -> None:
    case = await suite.admin.post("cases", {"title": "It squeaks again", "customer": kept.customer})
    lead = await lead_of(suite.admin, await respond(suite.admin, kept.campaign, somebody()))

    assert case["number"] != kept.case["number"]
    assert lead["id"] != kept.lead["id"]

    async def counted() -> bool:
        return bool((await suite.funnel(kept.campaign))["leads"] == 2)

    await suite.eventually(counted)
    numbers = [each["number"] for each in (await suite.admin.get("cases"))["value"]]
    assert len(numbers) == len(set(numbers)) == 2
