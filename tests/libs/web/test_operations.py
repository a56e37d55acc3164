"""What a service tells its operator of itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from libs.domain.fields import Line
from libs.domain.record import Record
from libs.web import operations
from libs.web.assembling import create_app
from libs.web.executing import BUS
from libs.web.operations import PATH
from libs.web.operations import state_of as state_of_app
from libs.web.references import reference_copies
from libs.web.resource import Resource
from libs.web.service import Service
from libs.web.settings import Environment, ServiceSettings
from tests.support.events import envelope
from tests.support.publishing import publish
from tests.support.services import Running, running
from tests.support.waiting import PATIENCE, eventually


class Tent(Record, collection="tents", aggregate="camp.tent"):
    name: Line


CAMP = Service(
    "camp",
    resources=(Resource(Tent),),
    projections=(reference_copies("forest.*.*"),),
)


@pytest.fixture
async def camp(
    mongo_url: str, amqp_url: str, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    """Who is merely slow here is waited for."""
    monkeypatch.setattr(operations, "SECONDS", PATIENCE)
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service


async def state_of(camp: Running) -> dict[str, Any]:
    status, state = await camp.get(PATH)
    assert status == 200, state
    found: dict[str, Any] = state
    return found


async def test_everything_is_told_in_one_answer(camp: Running) -> None:
    state = await state_of(camp)

    assert (state["service"], state["epoch"], state["notes"]) == ("camp", 1, {})
    assert state["health"]["ready"]
    assert {"name": "camp.reference_copies", "messages": 0, "consumers": 1} in state["queues"]
    assert (state["parked"], state["timers_aside"], state["jobs"]) == (0, 0, [])


async def test_a_projection_tells_how_far_it_is(camp: Running, amqp_url: str) -> None:
    event = envelope("forest.tree.created", "trees", {"name": "Oak"})
    await publish(amqp_url, event)

    async def taken_in() -> dict[str, Any] | None:
        told = {each["projection"]: each for each in (await state_of(camp))["projections"]}
        assert told.keys() == {"reference_copies", "aliases"}
        return told["reference_copies"] if told["reference_copies"]["last_event_at"] else None

    told = await eventually(taken_in)
    assert (told["projection"], told["pending"], told["seconds"]) == ("reference_copies", 0, 0.0)


async def test_who_has_which_duty_is_told(camp: Running) -> None:
    async def held() -> list[dict[str, Any]]:
        leases = (await state_of(camp))["leases"]
        return leases if {lease["name"] for lease in leases if lease["holder"]} == {"scheduler", "sweeper"} else []

    assert all(lease["token"] >= 1 for lease in await eventually(held))


async def test_a_job_under_way_and_events_that_wait_are_told(camp: Running) -> None:
    await camp.app[BUS].stop()
    await camp.post("/api/v1/tents", {"name": "Red"})
    await camp.post("/api/v1/tents/snapshot")

    async def told() -> bool:
        state = await state_of(camp)
        return state["outbox"]["waiting"] == 1 and [each["kind"] for each in state["jobs"]] == ["snapshot"]

    await eventually(told)
    assert (await state_of(camp))["outbox"]["oldest_seconds"] >= 0


async def test_what_cannot_be_told_is_missing_with_a_note_and_nothing_else_is(
    mongo_url: str, database_name: str
) -> None:
    """Without a broker and without identity."""
    nowhere = "127.0.0.1:9"
    settings = ServiceSettings(
        environment=Environment.DEVELOPMENT,
        mongo_url=mongo_url,
        amqp_url=f"amqp://{nowhere}/",
        database_prefix=database_name,
        upstream_identity=f"http://{nowhere}",
    )
    app = await create_app(CAMP, settings)
    async with TestServer(app):
        state = await state_of_app(app)

    assert state.notes.keys() == {"queues", "projections"}
    assert (state.queues, state.projections, state.parked) == (None, None, 0)
    assert state.health is not None
    assert not state.health.ready


async def test_it_is_for_administrators(camp: Running) -> None:
    status, problem = await camp.get(PATH, roles=("sales_manager",))

    assert (status, problem["code"]) == (403, "forbidden")
