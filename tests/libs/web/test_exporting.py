"""A list as a file."""

import asyncio
import csv
from collections.abc import AsyncIterator
from io import BytesIO, StringIO
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse
from python_calamine import CalamineWorkbook

from libs.store.store import Store
from libs.web import exporting
from libs.web.executing import STORE
from libs.web.resource import Resource
from libs.web.service import Service
from tests.libs.tables.records import Guest
from tests.support.services import Running, running

HOTEL = Service("hotel", resources=(Resource(Guest),))
EXPORT = "/api/v1/guests/export"


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HOTEL, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def hotel(started: Running) -> Running:
    await started.reset()
    return started


async def given_guests(hotel: Running, *guests: dict[str, Any]) -> None:
    _, answer = await hotel.post("/api/v1/guests/bulk", {"records": list(guests)})
    assert {result["status"] for result in answer["results"]} == {201}


async def given_many(store: Store, count: int) -> None:
    await store.collection("guests").insert_many(
        [{"_id": f"g-{number:06}", "version": 1, "last_name": "x" * 200} for number in range(count)]
    )


async def asked(hotel: Running, path: str, role: str = "administrator") -> ClientResponse:
    headers = {"Authorization": f"Bearer {hotel.identities.token(role)}"}
    return await hotel.session.get(f"{hotel.url}{path}", headers=headers)


async def table(response: ClientResponse) -> list[list[str]]:
    assert response.status == 200
    return list(csv.reader(StringIO(await response.text(), newline="")))


async def test_a_list_is_exported_as_it_is_filtered_sorted_searched_and_selected(hotel: Running) -> None:
    await given_guests(
        hotel,
        {"last_name": "Mattos Reis", "nights": 2, "address": {"city": "Porto"}},
        {"last_name": "Matos", "nights": 3, "birth_date": "1980-02-29"},
        {"last_name": "Matias", "nights": 1},
        {"last_name": "Mendes", "nights": 4},
    )

    answer = await asked(
        hotel,
        f"{EXPORT}?$filter=nights gt 1&$search=mat&$orderby=last_name&$select=last_name,nights,address,birth_date",
    )
    header, *rows = await table(answer)

    assert header[:3] == ["id", "last_name", "nights"]
    assert [row[1:3] for row in rows] == [["Matos", "3"], ["Mattos Reis", "2"]]
    assert dict(zip(header, rows[1], strict=True))["address.city"] == "Porto"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="guests-')
    assert answer.content_type == "text/csv"


async def test_a_workbook_has_typed_cells(hotel: Running) -> None:
    guest = {"last_name": "=Reis", "nights": -2, "debt": 12.5, "birth_date": "1980-02-29"}
    await given_guests(hotel, guest)

    answer = await asked(hotel, f"{EXPORT}?format=xlsx&$select=last_name,nights,debt,birth_date")
    _, row = _first_sheet(await answer.read())

    assert [str(cell) for cell in row[1:]] == ["=Reis", "-2.0", "12.5", "1980-02-29"]


async def test_all_pages_are_in_the_file_without_removed_records(hotel: Running) -> None:
    await given_many(hotel.app[STORE], 1234)
    await hotel.delete("/api/v1/guests/g-000007")

    _, *rows = await table(await asked(hotel, f"{EXPORT}?$select=id"))

    assert len(rows) == 1233
    assert ["g-000007"] not in rows


@pytest.mark.parametrize(
    ("options", "code"),
    [("format=pdf", "invalid_fields"), ("$top=5", "invalid_query"), ("skip=5", "invalid_query"),
     ("$filter=nonsense eq 1", "invalid_query"), ("nonsense=1", "invalid_query")],
)  # fmt: skip
async def test_what_is_not_understood_is_refused(hotel: Running, options: str, code: str) -> None:
    status, problem = await hotel.get(f"{EXPORT}?{options}")

    assert (status, problem["code"]) == (422, code)


async def test_who_may_not_read_exports_nothing(hotel: Running) -> None:
    assert (await asked(hotel, EXPORT, role="salesperson")).status == 403


async def test_a_workbook_that_would_be_too_large_is_refused(hotel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_XLSX_ROWS", 2)
    await given_many(hotel.app[STORE], 3)

    status, problem = await hotel.get(f"{EXPORT}?format=xlsx")

    assert (status, problem["code"]) == (413, "too_many_rows")
    assert len(await table(await asked(hotel, EXPORT))) == 4


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
async def test_a_file_has_no_more_than_the_caller_may_see(hotel: Running, format_: str) -> None:
    porter = {
        "id": "porter",
        "permissions": {"guests": {"read": "own", "create": "all"}},
        "fields": {"guests": {"debt": "hidden"}},
    }
    await hotel.know("roles", porter)
    await given_guests(hotel, {"last_name": "Mine", "debt": 5, "currency": "EUR"})
    await hotel.app[STORE].collection("guests").insert_one({"_id": "g-2", "version": 1, "last_name": "Another's"})

    answer = await asked(hotel, f"{EXPORT}?format={format_}", role="porter")
    rows = await table(answer) if format_ == "csv" else _first_sheet(await answer.read())
    refused, _ = await hotel.get(f"{EXPORT}?$select=debt", roles=("porter",))

    assert "debt" not in rows[0]
    assert [row[rows[0].index("last_name")] for row in rows[1:]] == ["Mine"]
    assert refused == 422


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
async def test_a_file_that_breaks_off_is_seen_to_be_broken(hotel: Running, format_: str) -> None:
    store = hotel.app[STORE]
    await given_many(store, 5000)
    await store.collection("guests").update_one({"_id": "g-004900"}, {"$set": {"birth_date": "no day"}})

    answer = await asked(hotel, f"{EXPORT}?format={format_}")

    with pytest.raises(ClientPayloadError):
        await answer.read()


async def test_many_rows_are_written_without_holding_up_other_requests(hotel: Running) -> None:
    await given_many(hotel.app[STORE], 5000)

    reading = asyncio.create_task(_read(await asked(hotel, f"{EXPORT}?format=xlsx")))
    answered = 0
    while not reading.done():
        assert (await hotel.get("/api/v1/guests/g-000001"))[0] == 200
        answered += 1

    assert await reading > 0
    assert answered > 10


def _first_sheet(file: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()


async def _read(response: ClientResponse) -> int:
    return len(await response.read())
