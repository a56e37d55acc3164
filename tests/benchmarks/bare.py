"""The reference: what aiohttp and motor cost when nothing is checked and nothing is announced.

`python -m tests.benchmarks.bare service PORT MONGO_URL DATABASE` or `… bare proxy PORT SERVICE_URL`.
"""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import orjson
import uvloop
from aiohttp import ClientSession, TCPConnector, web
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from libs.domain.record import specs_of
from libs.store.documents import to_document
from services.sales.leads.model import Lead, named
from services.sales.scoring_rules.first import RULES
from services.sales.scoring_rules.scoring import by_rules


def _kept() -> dict[str, Any]:
    """All that a lead of the benchmark keeps besides what is asked of it: a name, a key and a score among others."""
    asked = {"last_name": "Lovelace", "company_name": "Engines", "email": "ada@example.org", "phone": "+44 20 1"}
    lead = named(Lead.model_validate({"id": "", "first_name": "Ada", **asked}))
    scored = lead.model_copy(update=by_rules(RULES, lead))
    return dict(orjson.loads(orjson.dumps(to_document(scored), default=dict)))


BLANK: Final = dict.fromkeys(specs_of(Lead))
KEPT: Final = _kept()
"""Both sides keep the same fields and answer with the same members, so that neither carries less than the other."""


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def service(mongo_url: str, database: str) -> web.Application:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    items = client[database].get_collection("items", write_concern=WriteConcern(w="majority", j=True))

    async def create(request: web.Request) -> web.Response:
        now, user = datetime.now(UTC), "01a20090-8842-7001-8566-114dbe01f977"
        item = KEPT | orjson.loads(await request.read()) | {"_id": str(uuid4()), "version": 1, "owner_id": user}
        item |= {"created_at": now, "created_by": user, "modified_at": now, "modified_by": user}
        await items.insert_one(item)
        return _json(BLANK | item, 201)

    async def read(request: web.Request) -> web.Response:
        return _json(BLANK | (await items.find_one({"_id": request.match_info["id"]}) or {}))

    async def page(_: web.Request) -> web.Response:
        found = await items.find().limit(50).to_list(50)
        return _json({"value": [BLANK | item for item in found]})

    app = web.Application()
    app.router.add_post("/items", create)
    app.router.add_get("/items/{id}", read)
    app.router.add_get("/items", page)
    return app


def proxy(target: str) -> web.Application:
    sessions: list[ClientSession] = []

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        async with sessions[0].request(request.method, f"{target}{request.path_qs}", data=body) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    async def connected(_: web.Application) -> AsyncIterator[None]:
        async with ClientSession(connector=TCPConnector(limit=0), auto_decompress=False) as session:
            sessions.append(session)
            yield

    app = web.Application()
    app.cleanup_ctx.append(connected)
    app.router.add_route("*", "/{path:.*}", forward)
    return app


if __name__ == "__main__":
    kind, port, *rest = sys.argv[1:]
    uvloop.install()
    made = service(*rest) if kind == "service" else proxy(*rest)
    web.run_app(made, host="127.0.0.1", port=int(port), access_log=None, print=None)
