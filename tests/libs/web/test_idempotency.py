"""The same request again has no second effect, whatever the first one did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from libs.domain.fields import Line
from libs.domain.record import Draft, Record
from libs.domain.refusals import Refusal
from libs.store.work import UnitOfWork
from libs.web.resource import Action, Resource
from libs.web.service import Service
from tests.support.services import Running, running

KEYED = {"Idempotency-Key": "once"}
WAITS: dict[str, Callable[[], Awaitable[object]]] = {}
"""What the making of a seat waits for, by its name."""


class Seat(Record, collection="seats", aggregate="theatre.seat"):
    name: Line


class Ticket(Record, collection="tickets", aggregate="theatre.ticket"):
    seat_id: str


class SeatTaken(Refusal):
    code = "seat_taken"


async def add_seat(work: UnitOfWork, draft: Draft) -> Seat:
    """Refuses what it has done itself before, as commands that look at others' records do."""
    seat = Seat.drafted(draft, id=work.new_id())
    if wait := WAITS.get(seat.name):
        await wait()
    if await work.claimed_by("seat", seat.name) is not None:
        raise SeatTaken(seat.name)
    work.take_claim("seat", seat.name, seat.id)
    return work.add(seat)


async def sell(work: UnitOfWork, seat_id: str) -> Ticket:
    """Writes one new record, in another collection than the route's."""
    await work.get_target(Seat, seat_id)
    return work.add(Ticket(id=work.new_id(), seat_id=seat_id))


THEATRE = Service(
    "theatre",
    resources=(
        Resource(Seat, create=add_seat, actions=(Action("sell", sell, "Sell a ticket", None, Ticket),)),
        Resource(Ticket),
    ),
)


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(THEATRE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def theatre(started: Running) -> Running:
    await started.reset()
    return started


async def count(theatre: Running, collection: str) -> int:
    return len((await theatre.get(f"/api/v1/{collection}"))[1]["value"])


async def test_given_an_action_that_makes_one_record_elsewhere_then_a_repeat_hears_the_first_answer(
    theatre: Running,
) -> None:
    _, seat = await theatre.post("/api/v1/seats", {"name": "A1"})
    selling = f"/api/v1/seats/{seat['id']}/sell"

    first = await theatre.post(selling, headers=KEYED)
    again = await theatre.post(selling, headers=KEYED)
    at_once = await asyncio.gather(*(theatre.post(selling, headers=KEYED) for _ in range(5)))

    assert first[0] == 200
    assert [again, *at_once] == [first] * 6
    assert await count(theatre, "tickets") == 1


async def test_given_a_create_that_would_refuse_its_own_effect_then_a_repeat_hears_the_first_answer(
    theatre: Running,
) -> None:
    first = await theatre.post("/api/v1/seats", {"name": "A1"}, headers=KEYED)
    again = await theatre.post("/api/v1/seats", {"name": "A1"}, headers=KEYED)
    without_key, problem = await theatre.post("/api/v1/seats", {"name": "A1"})

    assert first[0] == 201
    assert again == first
    assert (without_key, problem["code"]) == (409, "seat_taken")


async def test_given_a_bulk_whose_rows_would_refuse_their_own_effect_then_a_repeat_hears_the_first_answers(
    theatre: Running,
) -> None:
    records = {"records": [{"name": "A1"}, {"name": ""}, {"name": "A2"}]}

    first = await theatre.post("/api/v1/seats/bulk", records, headers=KEYED)
    again = await theatre.post("/api/v1/seats/bulk", records, headers=KEYED)

    assert [result["status"] for result in first[1]["results"]] == [201, 422, 201]
    assert again == first
    assert await count(theatre, "seats") == 2


async def test_given_a_repeat_that_overlaps_the_first_bulk_then_it_hears_the_first_answers(
    theatre: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_there, first_done = asyncio.Event(), asyncio.Event()
    turns = iter((second_there, first_done))

    async def take_turn() -> None:
        turn = next(turns)
        if turn is first_done:
            second_there.set()
        await turn.wait()

    monkeypatch.setitem(WAITS, "A1", take_turn)
    records = {"records": [{"name": "A1"}, {"name": ""}, {"name": "A2"}]}
    both = [asyncio.create_task(theatre.post("/api/v1/seats/bulk", records, headers=KEYED)) for _ in range(2)]

    (done,), _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    first_done.set()

    assert [result["status"] for result in done.result()[1]["results"]] == [201, 422, 201]
    assert [await each for each in both] == [done.result()] * 2
    assert await count(theatre, "seats") == 2


async def test_given_the_key_of_a_bulk_with_other_records_then_it_is_refused_and_none_is_written(
    theatre: Running,
) -> None:
    await theatre.post("/api/v1/seats/bulk", {"records": [{"name": "A1"}]}, headers=KEYED)

    more = {"records": [{"name": "A1"}, {"name": "A2"}]}
    status, problem = await theatre.post("/api/v1/seats/bulk", more, headers=KEYED)

    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert await count(theatre, "seats") == 1
