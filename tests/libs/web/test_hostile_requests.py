"""What no client sends by accident: it is refused soon, in little memory, and others are answered meanwhile."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Annotated, Any

import pytest

from libs.domain.fields import LISTED, SEARCHED, Line
from libs.domain.record import Record
from libs.web.assembling import LARGEST_BODY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running, running

PATH = "/api/v1/tents"
DEEP = 10_000


class Tent(Record, collection="tents", aggregate="camp.tent"):
    name: Annotated[Line, LISTED, SEARCHED]


CAMP = Service("camp", resources=(Resource(Tent),))


@pytest.fixture(scope="module")
async def camp(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(CAMP, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


async def send(camp: Running, method: str, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
    token = camp.identities.token("administrator")
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    async with camp.session.request(method, camp.url + path, data=BytesIO(body), headers=sent) as answer:
        return answer.status, await answer.json(content_type=None)


def nested(opening: bytes, closing: bytes) -> bytes:
    return opening * DEEP + b"1" + closing * DEEP


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("value", [nested(b"[", b"]"), nested(b'{"a":', b"}")], ids=["lists", "objects"])
async def test_what_is_nested_very_deep_is_refused(camp: Running, method: str, value: bytes) -> None:
    _, tent = await camp.post(PATH, {"name": "Blue"})
    path = PATH if method == "POST" else f"{PATH}/{tent['id']}"

    for body in (value, b'{"name": ' + value + b"}", b'{"custom": {"x": ' + value + b"}}"):
        status, problem = await send(camp, method, path, body)
        assert status in {400, 422}, problem


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
async def test_a_body_that_unpacks_to_too_much_is_refused(camp: Running, pack: Any) -> None:
    body = pack(b'{"name": "' + b"x" * 4 * LARGEST_BODY + b'"}')
    encoding = "gzip" if pack is gzip.compress else "deflate"

    status, problem = await send(camp, "POST", PATH, body, **{"Content-Encoding": encoding})

    assert (status, problem["code"]) == (413, "request_entity_too_large")


async def test_a_body_that_is_too_large_is_refused(camp: Running) -> None:
    status, problem = await send(camp, "POST", PATH, json.dumps({"name": "x" * LARGEST_BODY}).encode())

    assert (status, problem["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": ["Secret-4711"], "colour": "Secret-4711", "owner_id": "Secret-4711"}',
        b'{"name": "Secret-4711", "name": Secret-4711}',
        b'["Secret-4711"]',
        b'{"name": "Blue", "custom": {"Secret": "Secret-4711"}}',
    ],
)
async def test_a_refusal_repeats_nothing_of_what_was_sent(camp: Running, body: bytes) -> None:
    _, tent = await camp.post(PATH, {"name": "Blue"})

    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{tent['id']}")):
        status, problem = await send(camp, method, path, body)
        assert (status in {400, 422}, "Secret-4711" in json.dumps(problem)) == (True, False)


@pytest.mark.parametrize(
    "query",
    [
        "$top=1000000000",
        "$filter=$where eq 'sleep(9000)'",
        "$filter=name eq {'$ne': null}",
        "$filter[$ne]=1",
        "$filter=_outbox/type ne null",
        "$filter=custom/$where eq 1",
        "$filter=matchesPattern(name,'(a%2Ba)%2B$')",
        "$orderby=_outbox",
        "$select=_outbox",
        "$search=" + "a" * 5_000,
    ],
)
async def test_no_question_reaches_the_database_but_as_it_was_meant(camp: Running, query: str) -> None:
    status, problem = await camp.get(f"{PATH}?{query}")

    assert status == 422, problem


@pytest.mark.parametrize("words", ["(a+)+$", "$where", ".*", '{"$ne": 1}', "a\x00b"])
async def test_what_is_searched_for_is_text_and_nothing_else(camp: Running, words: str) -> None:
    await camp.post(PATH, {"name": "a" * 200 + "!"})
    token = camp.identities.token("administrator")

    for query in ({"$search": words}, {"$filter": f"contains(name,'{words}')"}):
        async with camp.session.get(
            camp.url + PATH, params=query, headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            found = await answer.json(content_type=None)
            assert answer.status == 422 or (answer.status, found["value"]) == (200, []), found
