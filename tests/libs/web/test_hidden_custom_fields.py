"""Custom fields that roles hide or close one by one: as good as not there, or only to be read."""

from collections.abc import AsyncIterator
from json import dumps
from typing import Annotated, Any

import pytest
from aiohttp import FormData

from libs.domain.fields import LISTED, Line
from libs.domain.record import Record
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running, running


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Annotated[Line, LISTED]


PATH = "/api/v1/boats"
FIELDS: list[dict[str, Any]] = [
    {"id": name, "of": "boats", "name": name, "type": "integer", "label": name, "required": name == "debt"}
    for name in ("berth", "debt", "rank")
]
SAILOR = {
    "id": "sailor",
    "permissions": {"boats": dict.fromkeys(("create", "read", "write"), "all"), "imports": {"create": "all"}},
    "fields": {"boats": {"custom/debt": "hidden", "custom/rank": "read_only"}},
}
SAILS: dict[str, Any] = {"roles": ("sailor",)}


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    harbour = Service("harbour", resources=(Resource(Boat),))
    async with running(harbour, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def harbour(started: Running) -> Running:
    await started.reset()
    await started.know("custom_fields", *FIELDS)
    await started.know("roles", SAILOR)
    return started


async def sent(harbour: Running, method: str, path: str, **body: Any) -> tuple[int, str]:
    """What a sailor is answered, as text."""
    headers = {"Authorization": f"Bearer {harbour.identities.token('sailor')}"}
    async with harbour.session.request(method, f"{harbour.url}{path}", headers=headers, **body) as answer:
        return answer.status, await answer.text()


async def boat(harbour: Running, **custom: Any) -> str:
    status, made = await harbour.post(PATH, {"name": "Ada", "custom": {"debt": 9, **custom}})
    assert status == 201, made
    return f"{PATH}/{made['id']}"


async def test_a_hidden_custom_field_is_in_no_answer(harbour: Running) -> None:
    path = await boat(harbour, berth=7, rank=1)

    _, one = await harbour.get(path, **SAILS)
    _, page = await harbour.get(PATH, **SAILS)
    _, changed = await harbour.patch(path, {"custom": {"berth": 8}}, **SAILS)
    head = (await sent(harbour, "GET", f"{PATH}/export"))[1].lstrip("\ufeff").splitlines()[0].split(",")

    assert [view["custom"] for view in (one, page["value"][0])] == [{"berth": 7, "rank": 1}] * 2
    assert changed["custom"] == {"berth": 8, "rank": 1}
    assert {name for name in head if name.startswith("custom.")} == {"custom.berth", "custom.rank"}
    assert (await harbour.get(path))[1]["custom"] == {"berth": 8, "debt": 9, "rank": 1}


@pytest.mark.parametrize(
    "query",
    [
        "$filter=custom/debt eq 9",
        "$orderby=custom/debt",
        "$select=custom/debt",
        "$apply=groupby((custom/debt))",
        "$apply=aggregate(custom/debt with sum as debts)",
    ],
)
async def test_no_list_tells_of_it(harbour: Running, query: str) -> None:
    asked = [(await harbour.get(f"{PATH}?{query}", roles=(role,)))[0] for role in ("sailor", "administrator")]

    assert asked == [422, 200]


@pytest.mark.parametrize(("field", "status"), [("debt", 422), ("rank", 403)])
async def test_setting_a_closed_one_is_refused_by_name(harbour: Running, field: str, status: int) -> None:
    path, body = await boat(harbour), {"name": "Eve", "custom": {field: 1}}

    answers = [
        await harbour.post(PATH, body, **SAILS),
        await harbour.patch(path, body, **SAILS),
    ]
    _, bulk = await harbour.post(f"{PATH}/bulk", {"records": [body]}, **SAILS)

    for answered, problem in (*answers, (bulk["results"][0]["status"], bulk["results"][0]["problem"])):
        assert (answered, problem["errors"][0]["pointer"]) == (status, f"/custom/{field}")


async def test_who_does_not_know_of_a_field_need_not_fill_it(harbour: Running) -> None:
    status, made = await harbour.post(PATH, {"name": "Eve", "custom": {"berth": 2}}, **SAILS)

    assert (status, made["custom"]) == (201, {"berth": 2})


@pytest.mark.parametrize(("field", "status"), [("debt", 422), ("rank", 403)])
async def test_no_import_sets_a_closed_one(harbour: Running, field: str, status: int) -> None:
    mapping = {"fields": {"name": {"column": "name"}, f"custom.{field}": {"column": "x"}}}
    form = FormData({"collection": "boats", "mapping": dumps(mapping)})
    form.add_field("file", b"name,x\nEve,1\n", filename="boats.csv", content_type="text/csv")

    assert (await sent(harbour, "POST", "/api/v1/imports", data=form))[0] == status
