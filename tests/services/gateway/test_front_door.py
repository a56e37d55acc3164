"""Whoever follows the address that `tandem run` prints finds something."""

import pytest

from tests.services.gateway.upstream import Running

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_comes_to_the_page_about_the_api(gateway: Running) -> None:
    answer = await gateway.client.get("/", headers={"Accept": BROWSER})

    assert (answer.status, answer.url.path, answer.content_type) == (200, "/docs", "text/html")
    assert [step.status for step in answer.history] == [302]


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
async def test_a_program_learns_where_everything_is(gateway: Running, accept: str) -> None:
    answer = await gateway.client.get("/", headers={"Accept": accept})
    links = await answer.json()

    assert (answer.status, answer.headers["Vary"], links["name"]) == (200, "Accept", "Tandem CRM")
    for name in ("documentation", "openapi"):
        assert (await gateway.client.get(links[name])).status == 200
    assert (await gateway.client.get(links["work_areas"], headers=gateway.bearer())).status == 200
    assert (await gateway.client.post(links["sign_in"], json={})).status == 200
    assert links["work_areas"].startswith(links["api"])


async def test_nobody_writes_there(gateway: Running) -> None:
    assert (await gateway.client.post("/")).status == 405
