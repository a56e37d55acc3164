"""How far the figures are behind, as far as that can be known."""

from libs.web.executing import BUS, STORE
from services.reporting.app import REPORTING
from services.reporting.funnel.store import keep_rows
from tests.support.events import envelope
from tests.support.services import running


async def test_figures_are_told_while_the_broker_is_away(mongo_url: str, amqp_url: str, database_name: str) -> None:
    lead = envelope("sales.lead.created", "leads", {"id": "l1", "source_campaign_id": "c1"})
    async with running(REPORTING, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as reporting:
        await keep_rows(reporting.app[STORE], [lead])
        await reporting.app[BUS].stop()
        status, funnel = await reporting.get("/api/v1/funnel")
        _, projections = await reporting.get("/api/v1/projections")

    assert (status, funnel["value"][0]["leads"]) == (200, 1)
    assert (funnel["lag"]["pending"], funnel["lag"]["seconds"]) == (None, None)
    assert projections["value"] == [funnel["lag"]]
