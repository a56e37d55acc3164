import asyncio

from aiohttp import web

from tests.services.gateway.openapi.test_merge import PROBLEM, document
from tests.services.gateway.upstream import Running, running


def describe(gateway: Running) -> list[str]:
    asked: list[str] = []

    async def send(request: web.Request) -> web.Response:
        service = request.match_info["service"]
        asked.append(service)
        if service == "journal":
            return web.Response(status=500)
        return web.json_response(document(f"things_of_{service}", {"Thing": PROBLEM}, "Thing"))

    gateway.services.answers["/openapi.json"] = send
    return asked


async def test_the_document_of_all_services_is_served_to_anyone(gateway: Running) -> None:
    describe(gateway)

    answer = await gateway.client.get("/openapi.json")
    merged = await answer.json()

    assert answer.content_type == "application/json"
    assert merged["openapi"] == "3.1.0"
    assert {"/api/v1/things_of_sales", "/api/v1/things_of_identity", "/api/v1/work_areas"} <= merged["paths"].keys()


async def test_a_service_that_does_not_answer_is_named_as_missing() -> None:
    async with running(upstream_marketing="http://127.0.0.1:9") as gateway:
        describe(gateway)

        merged = await (await gateway.client.get("/openapi.json")).json()

        assert merged["info"]["x-missing"] == ["marketing", "journal"]
        assert "/api/v1/things_of_sales" in merged["paths"]


async def test_many_readers_make_one_collection(gateway: Running) -> None:
    asked = describe(gateway)

    await asyncio.gather(*(gateway.client.get("/openapi.json") for _ in range(20)))

    assert asked.count("sales") == 1
