"""Sales on an empty database: what every installation has is there once it is ready."""

from dataclasses import replace
from uuid import uuid4

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from libs.web.assembling import create_app
from libs.web.settings import Environment, ServiceSettings
from services.sales.app import SALES
from services.sales.pipelines.model import DEFAULT_ID
from services.sales.scoring_rules.first import RULES
from tests.support.services import Identities, Running, delete_queues, eventually_ready
from tests.support.waiting import PATIENCE

FOUNDED = ("default pipeline", "scoring rules")


async def test_it_starts_while_identity_is_away_and_is_ready_once_its_first_records_are_there(
    mongo_url: str, amqp_url: str, database_name: str
) -> None:
    away = True

    @web.middleware
    async def unless_away(request: web.Request, handler: Handler) -> web.StreamResponse:
        if away:
            raise web.HTTPServiceUnavailable
        return await handler(request)

    identities = Identities()
    identity = identities.app()
    identity.middlewares.append(unless_away)
    async with TestServer(identity) as beside, ClientSession() as session:
        settings = ServiceSettings(
            environment=Environment.DEVELOPMENT,
            mongo_url=mongo_url,
            amqp_url=amqp_url,
            database_prefix=database_name,
            database_seconds=PATIENCE,
            upstream_identity=str(beside.make_url("")),
            audience=frozenset(),
        )
        app = await create_app(replace(SALES, name=f"sales{uuid4().hex[:8]}"), settings)
        async with TestServer(app) as server:
            sales = Running(app, str(server.make_url("")).rstrip("/"), identities, session)
            status, before = await sales.get("/readyz")
            away = False
            await eventually_ready(session, sales.url)
            pipeline, _ = await sales.get(f"/api/v1/pipelines/{DEFAULT_ID}")
            _, rules = await sales.get("/api/v1/scoring_rules?$count=true")
            _, after = await sales.get("/readyz")
            await delete_queues(app, amqp_url)

    assert (status, [before["checks"][each] for each in FOUNDED]) == (503, ["not there yet"] * 2)
    assert (pipeline, rules["@odata.count"]) == (200, len(RULES))
    assert [after["checks"][each] for each in FOUNDED] == ["ok"] * 2
